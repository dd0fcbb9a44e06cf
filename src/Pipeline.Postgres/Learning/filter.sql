-- What a filter selects of l, as a part of other statements. Those that are past their validity are selected, too.
-- $1 tenant, $2 collection, $3 run, $4 step, $5 agent, $6 least severity, $7 intervention, $8 outcome, $9 attributes, $10 created from, $11 created before: null for any
{wall}
AND l.tenant = $1
AND ($2::text IS NULL OR l.collection = $2)
AND ($3::text IS NULL OR l.run_id = $3)
AND ($4::text IS NULL OR l.step = $4)
AND ($5::text IS NULL OR l.agent = $5)
AND l.severity >= $6
AND ($7::text IS NULL OR $7 = ANY (l.interventions))
AND ($8::bigint IS NULL OR l.outcome = $8)
AND ($9::text IS NULL OR l.attributes @> $9::jsonb)
AND ($10::bigint IS NULL OR l.created >= $10)
AND ($11::bigint IS NULL OR l.created < $11)
