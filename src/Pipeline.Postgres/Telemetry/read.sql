-- Reads a page of records, newest first, erased ones not. Down the index on the time.
-- $1 earliest time; $2 latest time; $3 tenant, $4 step, $5 model, $6 request id, each or null; $7 of those of the latest time only the ids before this one, or null; $8 how many.
-- Reply: the records.
SELECT version, id, time, duration, step, tenant, model, request_id, trace_id, outcome, cache, uncached_input, cached_input, cache_write, output, reasoning, cost, cost_avoided, price_table, error_type, attributes::text, lane, correction_of
FROM {schema}.telemetry
WHERE version > 0 AND time >= $1 AND time <= $2 AND (time < $2 OR $7 IS NULL OR id < $7)
    AND ($3 IS NULL OR tenant = $3) AND ($4 IS NULL OR step = $4) AND ($5 IS NULL OR model = $5) AND ($6 IS NULL OR request_id = $6)
ORDER BY time DESC, id DESC LIMIT $8
