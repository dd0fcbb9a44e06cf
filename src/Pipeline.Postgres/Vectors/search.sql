-- Finds the items of a tenant nearest to a vector, by the index, and compares what it gives at full precision. The first 2,000 items of the tenant tell
-- beforehand whether the index is worth asking: not if there are fewer, nor if it would have to pass over more than a 50th of all rows, each at 20 times what it
-- takes to look at a row, and finding the less the farther it goes. Where the index gives less than it should, each is compared as well.
-- $1 tenant; $2 vector; $3 how many; $4 least score, or null; $5 whether to give vectors; $6 how many to take from the index; $7 hnsw.ef_search; $8 filter.
-- Reply: a row for each item, nearest first, or one without if there is none, none if the version is not there: state; whether there is an index; id; score;
-- payload; vector.
WITH call AS MATERIALIZED (
    SELECT l.state, l.is_indexed, s.most,
        set_config('pipeline.tenant', $1, true) AS tenant,
        set_config('hnsw.iterative_scan', 'relaxed_order', true) AS scan,
        set_config('hnsw.ef_search', $7::text, true) AS breadth,
        set_config('hnsw.max_scan_tuples', s.most::text, true) AS patience
    FROM {schema}.vector_listing l
    CROSS JOIN (SELECT greatest(2000, least(40000, r.reltuples / 50))::int AS most FROM pg_catalog.pg_class r WHERE r.oid = to_regclass('{schema}.vector_items_{version}')) s
    WHERE l.id = {version}
), probe AS MATERIALIZED (
    SELECT count(*) AS seen, count(*) {filtered $8} AS passed
    FROM (
        SELECT i.payload FROM {schema}.vector_items i
        WHERE (SELECT true FROM call) AND i.version_id = {version} AND i.tenant = $1
        LIMIT 2000) i
), near AS MATERIALIZED (
    SELECT i.id, i.payload, i.vector
    FROM {schema}.vector_items i
    WHERE (SELECT p.seen = 2000 AND p.passed * c.most >= p.seen * $6 FROM probe p, call c)
        AND i.version_id = {version} AND i.tenant = $1 {and filter $8}
    ORDER BY {order}
    LIMIT $6
), found AS (
    SELECT n.id, n.payload, n.vector FROM near n WHERE (SELECT count(*) = $6 FROM near)
    UNION ALL
    (SELECT i.id, i.payload, i.vector
    FROM {schema}.vector_items i
    WHERE (SELECT count(*) < $6 FROM near) AND (SELECT true FROM call) AND i.version_id = {version} AND i.tenant = $1 {and filter $8}
    ORDER BY {score} DESC
    LIMIT $3)
), scored AS MATERIALIZED (
    SELECT i.id, i.payload, i.vector, {score} AS score FROM found i ORDER BY {score} DESC LIMIT $3
)
SELECT c.state, c.is_indexed, f.id, f.score, f.payload, CASE WHEN $5 THEN f.vector END AS vector
FROM call c
LEFT JOIN scored f ON $4 IS NULL OR f.score >= $4
ORDER BY f.score DESC
