-- Reads a page, newest first, and one learning more, which tells whether there is a next.
-- $1 to $11 filter, $12 and $13 created and id before which it begins, $14 most rows
-- Reply: the rows.
SELECT {columns}
FROM {schema}.learnings l
WHERE {filter} AND {valid} AND (l.created, l.id) < ($12, $13)
ORDER BY l.created DESC, l.id DESC
LIMIT $14
