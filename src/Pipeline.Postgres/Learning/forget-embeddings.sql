-- Deletes some of a tenant's embeddings of one model, whatever their dimension.
-- $1 tenant, $2 model, $3 most
-- Reply: how many were chosen, and how many of these deleted.
WITH chosen AS MATERIALIZED (
    SELECT e.learning, e.space
    FROM {schema}.learning_embeddings e
    WHERE {wall} AND e.tenant = $1 AND e.space IN (SELECT s.no FROM {schema}.learning_spaces s WHERE s.model = $2)
    LIMIT $3
), locked AS MATERIALIZED (
    SELECT e.learning, e.space
    FROM {schema}.learning_embeddings e JOIN chosen c ON c.learning = e.learning AND c.space = e.space
    WHERE {wall}
    ORDER BY e.learning, e.space FOR UPDATE OF e
), deleted AS (
    DELETE FROM {schema}.learning_embeddings e USING locked k WHERE {wall} AND e.learning = k.learning AND e.space = k.space RETURNING 1
)
SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM deleted)
