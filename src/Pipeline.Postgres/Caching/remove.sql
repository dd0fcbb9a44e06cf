-- Removes an entry, and announces that, whatever stood there.
-- Arguments: $1 key; $2 the channel; $3 the notice. Reply: one row: whether one stood there.
WITH removed AS (DELETE FROM {schema}.cache_entries WHERE key = $1 RETURNING keep_until)
SELECT coalesce((SELECT keep_until > clock_timestamp() FROM removed), false), pg_notify($2, $3)
