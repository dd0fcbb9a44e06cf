-- Writes a batch of records, each a row in binary form (see docs/formats.md), in the order of their days and ids. All or none: it fails as a whole where one is there already.
-- Reply: how many rows.
COPY {schema}.telemetry (time, id, duration, day, version, uncached_input, cached_input, cache_write, output, reasoning, lane, outcome, cache, trace_id, correction_of, cost, cost_avoided, step, tenant, model, request_id, price_table, error_type, attributes) FROM STDIN (FORMAT binary)
