-- Reads a page of a tenant's items, by id.
-- $1 tenant; $2 the id after which it begins, or null; $3 how many; $4 filter.
-- Reply: a row for each item, or one without if there is none, none if the version is not there: state; whether there is an index; id; vector; payload.
WITH call AS MATERIALIZED (
    SELECT l.state, l.is_indexed, set_config('pipeline.tenant', $1, true) AS tenant FROM {schema}.vector_listing l WHERE l.id = {version}
)
SELECT c.state, c.is_indexed, p.id, p.vector, p.payload
FROM call c
LEFT JOIN LATERAL (
    SELECT i.id, i.vector, i.payload
    FROM {schema}.vector_items i
    WHERE (SELECT true FROM call) AND i.version_id = {version} AND i.tenant = $1 AND i.id > coalesce($2, '') {and filter $4}
    ORDER BY i.id
    LIMIT $3) p ON true
