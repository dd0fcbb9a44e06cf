-- Deletes items of a tenant, locked in the order of their ids, so that batches do not deadlock.
-- $1 tenant; $2 whether the version must be live; $3 ids; $4 how many at most; $5 filter.
-- Reply: one row if the version is there: its state; whether it has an index; how many items were deleted.
WITH call AS MATERIALIZED (
    SELECT l.state, l.is_indexed, set_config('pipeline.tenant', $1, true) AS tenant FROM {schema}.vector_listing l WHERE l.id = {version}
), chosen AS MATERIALIZED (
    SELECT i.id FROM {schema}.vector_items i
    WHERE (SELECT c.state = 2 OR NOT $2 FROM call c) AND i.version_id = {version} AND i.tenant = $1 {and ids $3} {and filter $5}
    ORDER BY i.id
    LIMIT $4
    FOR UPDATE
), deleted AS (
    DELETE FROM {schema}.vector_items i
    USING chosen g
    WHERE (SELECT true FROM call) AND i.version_id = {version} AND i.tenant = $1 AND i.id = g.id
    RETURNING 1
)
SELECT c.state, c.is_indexed, (SELECT count(*) FROM deleted) FROM call c
