-- Reads the server's clock.
-- Arguments: none. Reply: one row: microseconds since 1970.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
