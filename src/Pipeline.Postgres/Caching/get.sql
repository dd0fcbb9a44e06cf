-- Reads an entry.
-- Arguments: $1 key. Reply: no row, or the entry, until when it is kept and the time, in microseconds.
SELECT entry, (extract(epoch FROM keep_until) * 1000000)::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
FROM {schema}.cache_entries
WHERE key = $1 AND keep_until > clock_timestamp()
