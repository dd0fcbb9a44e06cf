-- Adds up what became of each intervention of each step.
-- $1 to $11 filter
-- Reply: step, intervention, learnings, open ones, and the sums of the four outcomes; in no order, since the contract's is not the server's.
SELECT l.step, tried.name, count(*), count(*) FILTER (WHERE l.outcome = 0),
    sum(l.improved)::bigint, sum(l.no_change)::bigint, sum(l.worse)::bigint, sum(l.unknown)::bigint
FROM {schema}.learnings l
LEFT JOIN LATERAL unnest(l.interventions) AS tried (name) ON true
WHERE {filter} AND {valid}
GROUP BY l.step, tried.name
