-- Deletes some of the learnings that a filter selects, with their reports and embeddings. They are locked in the order of their ids, as batches are recorded.
-- $1 to $11 filter, $12 most
-- Reply: how many were chosen, and how many of these deleted.
WITH chosen AS MATERIALIZED (
    SELECT l.no FROM {schema}.learnings l WHERE {filter} LIMIT $12
), locked AS MATERIALIZED (
    SELECT l.no FROM {schema}.learnings l JOIN chosen c ON c.no = l.no WHERE {filter} ORDER BY l.id FOR UPDATE OF l
), deleted AS (
    DELETE FROM {schema}.learnings l USING locked k WHERE {wall} AND l.no = k.no RETURNING l.no
)
SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM deleted)
