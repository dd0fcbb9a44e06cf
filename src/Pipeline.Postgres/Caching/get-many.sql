-- Reads entries.
-- Arguments: $1 keys, each once. Reply: a row for each that is there: the entry, until when it is kept and the time, in microseconds, the key.
SELECT entry, (extract(epoch FROM keep_until) * 1000000)::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, key
FROM {schema}.cache_entries
WHERE key = ANY ($1) AND keep_until > clock_timestamp()
