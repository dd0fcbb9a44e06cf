-- Erases the records of a tenant. Their ids stay, so that a batch that is repeated does not bring them back.
-- $1 tenant. Reply: how many rows.
UPDATE {schema}.telemetry SET version = 0, duration = 0, uncached_input = NULL, cached_input = NULL, cache_write = NULL, output = NULL, reasoning = NULL, lane = NULL, outcome = NULL, cache = NULL,
    trace_id = NULL, correction_of = NULL, cost = NULL, cost_avoided = NULL, step = '', tenant = '', model = NULL, request_id = NULL, price_table = NULL, error_type = NULL, attributes = NULL
WHERE tenant = $1 AND version > 0
