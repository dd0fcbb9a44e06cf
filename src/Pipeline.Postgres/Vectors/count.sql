-- Counts a tenant's items.
-- $1 tenant; $2 filter. Reply: one row if the version is there: its state; whether it has an index; the number of items.
WITH call AS MATERIALIZED (
    SELECT l.state, l.is_indexed, set_config('pipeline.tenant', $1, true) AS tenant FROM {schema}.vector_listing l WHERE l.id = {version}
)
SELECT c.state, c.is_indexed, (
    SELECT count(*) FROM {schema}.vector_items i WHERE (SELECT true FROM call) AND i.version_id = {version} AND i.tenant = $1 {and filter $2})
FROM call c
