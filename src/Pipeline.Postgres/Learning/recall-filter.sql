-- Candidates by nothing but the filter.
-- $1 to $11 filter, $12 half-life, $13 least score, $14 most rows
-- Reply: of each candidate, the best first, its learning and the store's time.
SELECT {columns}, {now}
FROM {schema}.learnings l
WHERE {filter} AND {valid} AND l.success * {recency} >= $13
ORDER BY l.success * {recency} DESC, l.created DESC, l.id DESC
LIMIT $14
