-- Reads a page of records, newest first, erased ones not. Down the index on the spans of time, sorted within each.
-- $1 earliest time; $2 latest time; $3 tenant, $4 step, $5 model, $6 request id, each or null; $7 of those of the latest time only the ids before this one, or null; $8 how many.
-- Reply: the records.
SELECT version, id, time, duration, step, tenant, model, request_id, trace_id, coalesce(outcome, 0::smallint), coalesce(cache, 0::smallint), coalesce(uncached_input, 0), coalesce(cached_input, 0),
    coalesce(cache_write, 0), coalesce(output, 0), coalesce(reasoning, 0), cost, coalesce(cost_avoided, 0), price_table, error_type, attributes::text, coalesce(lane, 0::smallint), correction_of
FROM {schema}.telemetry
WHERE version > 0 AND time >> 22 BETWEEN $1 >> 22 AND $2 >> 22 AND time >= $1 AND time <= $2 AND (time < $2 OR $7 IS NULL OR id < $7)
    AND ($3 IS NULL OR tenant = $3) AND ($4 IS NULL OR step = $4) AND ($5 IS NULL OR model = $5) AND ($6 IS NULL OR request_id = $6)
ORDER BY time >> 22 DESC, time DESC, id DESC LIMIT $8
