-- Adds up records by group. Records that no version 1 has written are left out.
-- $1 earliest time; $2 end of the time range; $3 tenant, $4 step, $5 model, $6 request id, each or null; $7 length of an interval in microseconds, or null; $8, $9, $10 whether by step, by model,
-- by tenant; $11 how many rows.
-- Reply: at least one row: the latest time of a forgotten record or null; then the group, its number of calls null if there is no group.
SELECT s.forgotten, r.*
FROM {schema}.telemetry_state AS s LEFT JOIN (
    SELECT start, step, model, tenant,
        count(*) FILTER (WHERE is_call) AS calls,
        ARRAY[count(*) FILTER (WHERE is_call AND outcome = 0), count(*) FILTER (WHERE is_call AND outcome = 1), count(*) FILTER (WHERE is_call AND outcome = 2),
            count(*) FILTER (WHERE is_call AND outcome = 3), count(*) FILTER (WHERE is_call AND outcome = 4), count(*) FILTER (WHERE is_call AND outcome = 5)],
        ARRAY[count(*) FILTER (WHERE is_call AND cache = 0), count(*) FILTER (WHERE is_call AND cache = 1), count(*) FILTER (WHERE is_call AND cache = 2),
            count(*) FILTER (WHERE is_call AND cache = 3), count(*) FILTER (WHERE is_call AND cache = 4), count(*) FILTER (WHERE is_call AND cache = 5),
            count(*) FILTER (WHERE is_call AND cache = 6)],
        ARRAY[least(coalesce(sum(uncached_input), 0), 9223372036854775807)::bigint, least(coalesce(sum(cached_input), 0), 9223372036854775807)::bigint,
            least(coalesce(sum(cache_write), 0), 9223372036854775807)::bigint, least(coalesce(sum(output), 0), 9223372036854775807)::bigint,
            least(coalesce(sum(reasoning), 0), 9223372036854775807)::bigint],
        round(coalesce(sum(cost), 0), 12) AS cost,
        round(coalesce(sum(cost_avoided), 0), 12),
        count(*) FILTER (WHERE is_call AND cost IS NULL),
        percentile_disc(ARRAY[0.5, 0.9, 0.95, 0.99, 1]) WITHIN GROUP (ORDER BY duration) FILTER (WHERE is_call)
    FROM (
        SELECT time - (time % $7 + $7) % $7 AS start, CASE WHEN $8 THEN step END AS step, CASE WHEN $9 THEN model END AS model, CASE WHEN $10 THEN tenant END AS tenant,
            correction_of IS NULL AS is_call, coalesce(outcome, 0) AS outcome, coalesce(cache, 0) AS cache, duration, uncached_input, cached_input, cache_write, output, reasoning, cost, cost_avoided
        FROM {schema}.telemetry
        WHERE version = 1 AND time >> 22 BETWEEN $1 >> 22 AND $2 >> 22 AND time >= $1 AND time < $2
            AND ($3 IS NULL OR tenant = $3) AND ($4 IS NULL OR step = $4) AND ($5 IS NULL OR model = $5) AND ($6 IS NULL OR request_id = $6)
            AND least(duration, uncached_input, cached_input, cache_write, output, reasoning) >= 0 AND coalesce(outcome, 0) BETWEEN 0 AND 5 AND coalesce(cache, 0) BETWEEN 0 AND 6
            AND coalesce(greatest(abs(cost), abs(cost_avoided)), 0) <= 1000000000
    ) AS selected
    GROUP BY start, step, model, tenant
    ORDER BY start, cost DESC, step NULLS FIRST, model NULLS FIRST, tenant NULLS FIRST
    LIMIT $11
) AS r ON true
ORDER BY r.start, r.cost DESC, r.step NULLS FIRST, r.model NULLS FIRST, r.tenant NULLS FIRST
