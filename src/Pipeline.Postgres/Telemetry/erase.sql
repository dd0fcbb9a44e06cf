-- Erases the records of a tenant. Their ids stay, so that a batch that is repeated does not bring them back.
-- $1 tenant. Reply: how many rows.
UPDATE {schema}.telemetry SET version = 0, duration = 0, uncached_input = 0, cached_input = 0, cache_write = 0, output = 0, reasoning = 0, lane = 0, outcome = 0, cache = 0,
    trace_id = NULL, correction_of = NULL, cost = NULL, cost_avoided = 0, step = '', tenant = '', model = NULL, request_id = NULL, price_table = NULL, error_type = NULL, attributes = NULL
WHERE tenant = $1 AND version > 0
