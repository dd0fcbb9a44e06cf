-- Deletes some of the learnings that are past their validity, of all tenants.
-- $1 most
-- Reply: how many were chosen, and how many of these deleted.
WITH chosen AS MATERIALIZED (
    SELECT l.no FROM {schema}.learnings l WHERE (SELECT set_config('pipeline.expiry', 'on', true)) IS NOT NULL AND l.valid_until <= {now} ORDER BY l.valid_until LIMIT $1
), locked AS MATERIALIZED (
    SELECT l.no FROM {schema}.learnings l JOIN chosen c ON c.no = l.no WHERE (SELECT set_config('pipeline.expiry', 'on', true)) IS NOT NULL ORDER BY l.id FOR UPDATE OF l
), deleted AS (
    DELETE FROM {schema}.learnings l USING locked k WHERE (SELECT set_config('pipeline.expiry', 'on', true)) IS NOT NULL AND l.no = k.no RETURNING l.no
)
SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM deleted)
