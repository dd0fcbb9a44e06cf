-- Candidates by words. {match} finds those that hold one; it is left out where those that hold none are wanted, too.
-- $1 to $11 filter, $12 half-life, $13 least score, $14 most rows, $15 the keys of the words, $16 how many different words the query has
-- Reply: of each candidate, the best first, its learning, the store's time and how many of the words it holds.
SELECT {columns}, {now}, held.words
FROM {schema}.learning_words w
JOIN {schema}.learnings l ON l.no = w.learning
CROSS JOIN LATERAL (SELECT count(*)::int AS words FROM unnest(w.words) AS word WHERE word = ANY ($15::bigint[])) AS held
WHERE {filter} AND {valid} {match} AND held.words::float8 / $16::int * l.success * {recency} >= $13
ORDER BY held.words::float8 / $16::int * l.success * {recency} DESC, l.created DESC, l.id DESC
LIMIT $14
