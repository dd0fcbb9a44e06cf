-- Reads one learning.
-- $1 tenant, $2 id
-- Reply: its row, or none.
SELECT {columns}
FROM {schema}.learnings l
WHERE {wall} AND l.tenant = $1 AND l.id = $2 AND {valid}
