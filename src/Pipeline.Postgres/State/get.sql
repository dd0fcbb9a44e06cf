-- Reads an entry.
-- Arguments: $1 space; $2 key. Reply: no row, or the version, when it expires in microseconds, or null, the value.
SELECT version, (extract(epoch FROM expires_at) * 1000000)::bigint, value
FROM {schema}.state_entries
WHERE space = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > clock_timestamp())
