-- Candidates by embedding, each learning of the tenant that has one compared. {similarity} is the cosine of e.vector and $15, both of length one.
-- $1 to $11 filter, $12 half-life, $13 least score, $14 most rows, $15 the query's vector, $16 its model, $17 its dimension
-- Reply: of each candidate, the best first, its learning, the store's time and its vector.
WITH ranked AS MATERIALIZED (
    SELECT l.no, e.vector, greatest(0, {similarity}) * l.success * {recency} AS score
    FROM {schema}.learning_embeddings e JOIN {schema}.learnings l ON l.no = e.learning
    WHERE e.tenant = $1 AND e.space = (SELECT s.no FROM {schema}.learning_spaces s WHERE s.model = $16 AND s.dimension = $17) AND {filter} AND {valid} AND l.success * {recency} >= $13
    ORDER BY score DESC, l.created DESC, l.id DESC
    LIMIT $14
)
SELECT {columns}, {now}, r.vector
FROM ranked r JOIN {schema}.learnings l ON l.no = r.no
WHERE {wall} AND r.score >= $13
