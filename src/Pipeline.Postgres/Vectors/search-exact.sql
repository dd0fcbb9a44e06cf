-- Finds the items of a tenant nearest to a vector, by comparing with each that the filter lets through.
-- $1 tenant; $2 vector; $3 how many; $4 least score, or null; $5 whether to give vectors; $6 filter.
-- Reply: a row for each item, nearest first, or one without if there is none, none if the version is not there: state; whether there is an index; id; score;
-- payload; vector.
WITH call AS MATERIALIZED (
    SELECT l.state, l.is_indexed, set_config('pipeline.tenant', $1, true) AS tenant FROM {schema}.vector_listing l WHERE l.id = {version}
), found AS MATERIALIZED (
    SELECT i.id, i.payload, i.vector, {score} AS score
    FROM {schema}.vector_items i
    WHERE (SELECT true FROM call) AND i.version_id = {version} AND i.tenant = $1 {and filter $6}
    ORDER BY {score} DESC
    LIMIT $3
)
SELECT c.state, c.is_indexed, f.id, f.score, f.payload, CASE WHEN $5 THEN f.vector END AS vector
FROM call c
LEFT JOIN found f ON $4 IS NULL OR f.score >= $4
ORDER BY f.score DESC
