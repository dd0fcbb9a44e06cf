-- Candidates by embedding of one model and dimension, by the index, where the tenant has many: the {most} nearest, and all that were ever worth more than a learning without
-- outcomes. What is not among them scores at most 0.5 times the least similarity of the nearest, which is replied for the caller to judge by. How many of the tenant's newest 5,000
-- learnings the filter lets through tells whether so few are likely to hold what is asked for. Where not, where the tenant has fewer learnings than that, and where the index
-- gives less than it should, each embedding of the tenant is compared.
-- $1 to $11 filter, $12 half-life, $13 least score, $14 most rows, $15 the query's vector, $16 how many are asked for
-- Reply: of each candidate its learning, the store's time, its vector, and the bound of what is not among them, or null where each was compared; where there is none, one row
-- without a learning.
WITH call AS MATERIALIZED (
    SELECT s.most,
        set_config('pipeline.tenant', $1, true) AS tenant,
        set_config('hnsw.iterative_scan', 'relaxed_order', true) AS scan,
        set_config('hnsw.ef_search', '{most}', true) AS breadth,
        set_config('hnsw.max_scan_tuples', s.most::text, true) AS patience
    FROM (SELECT greatest(2000, least(40000, max(r.reltuples) / 50))::int AS most FROM pg_catalog.pg_class r WHERE r.oid = to_regclass('{schema}.learning_embeddings_{space}_hnsw')) s
), probe AS MATERIALIZED (
    SELECT count(*) AS seen, count(*) FILTER (WHERE {filter} AND {valid}) AS passed
    FROM (SELECT l.* FROM {schema}.learnings l WHERE (SELECT true FROM call) AND l.tenant = $1 ORDER BY l.created DESC, l.id DESC LIMIT 5000) l
), near AS MATERIALIZED (
    SELECT e.learning, e.vector
    FROM {schema}.learning_embeddings e
    WHERE (SELECT p.seen = 5000 AND p.passed * {most} >= p.seen * $16 FROM probe p) AND e.space = {space} AND e.tenant = $1
    ORDER BY {order}
    LIMIT {most}
), reach AS MATERIALIZED (
    SELECT count(*) = {most} AS is_enough, CASE WHEN count(*) = {most} THEN 0.5 * greatest(0, min({similarity})) END AS bound FROM near e
), few AS (
    SELECT e.learning, e.vector FROM near e WHERE (SELECT r.is_enough FROM reach r)
    UNION ALL
    SELECT e.learning, e.vector
    FROM {schema}.learning_helped h JOIN {schema}.learning_embeddings e ON e.learning = h.learning AND e.space = {space}
    WHERE (SELECT r.is_enough FROM reach r) AND h.tenant = $1 AND e.tenant = $1 AND NOT EXISTS (SELECT FROM near n WHERE n.learning = h.learning)
), found AS (
    SELECT l.no, l.id, l.created, l.worth, e.vector
    FROM few e CROSS JOIN LATERAL (
        SELECT l.no, l.id, l.created, l.success * {recency} AS worth FROM {schema}.learnings l WHERE l.no = e.learning AND {filter} AND {valid} OFFSET 0) l
    UNION ALL
    SELECT l.no, l.id, l.created, l.success * {recency} AS worth, e.vector
    FROM {schema}.learning_embeddings e JOIN {schema}.learnings l ON l.no = e.learning
    WHERE NOT (SELECT r.is_enough FROM reach r) AND e.space = {space} AND e.tenant = $1 AND {filter} AND {valid}
), ranked AS MATERIALIZED (
    SELECT e.no, e.vector, greatest(0, {similarity}) * e.worth AS score
    FROM found e
    WHERE e.worth >= $13
    ORDER BY score DESC, e.created DESC, e.id DESC
    LIMIT $14
)
SELECT {columns}, {now}, c.vector, r.bound
FROM reach r
LEFT JOIN ranked c ON c.score >= $13
LEFT JOIN {schema}.learnings l ON {wall} AND l.no = c.no
