-- Counts the items of a version and of the live one, of all tenants, and picks some of the version's, evenly spread.
-- $1 version's id; $2 the live one's; $3 how many to pick. Reply: one row for each that was picked, or one: items; live items; tenant; vector.
WITH call AS MATERIALIZED (
    SELECT set_config('pipeline.validation', 'on', true) AS validation
), counted AS MATERIALIZED (
    SELECT count(*) FILTER (WHERE i.version_id = $1) AS items, count(*) FILTER (WHERE i.version_id = $2) AS live
    FROM {schema}.vector_items i
    WHERE (SELECT true FROM call) AND i.version_id IN ($1, $2)
), numbered AS (
    SELECT i.tenant, i.id, row_number() OVER (ORDER BY i.tenant, i.id) - 1 AS n
    FROM {schema}.vector_items i
    WHERE (SELECT true FROM call) AND i.version_id = $1
), picked AS MATERIALIZED (
    SELECT n.tenant, n.id FROM numbered n CROSS JOIN counted c
    WHERE n.n * least($3, c.items) / c.items <> (n.n - 1) * least($3, c.items) / c.items OR n.n = 0
)
SELECT c.items, c.live, i.tenant, i.vector
FROM counted c
LEFT JOIN (picked p JOIN {schema}.vector_items i ON (SELECT true FROM call) AND i.version_id = $1 AND i.tenant = p.tenant AND i.id = p.id) ON true
