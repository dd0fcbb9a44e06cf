-- Reads entries, and extends those that slide and are fresh.
-- An entry that is replaced meanwhile comes with its new end, or with neither.
-- Arguments: $1 keys, each once. Reply: a row for each that is there: the entry, until when it is kept and the time, in microseconds, the key.
WITH fresh AS MATERIALIZED (
    SELECT key FROM {schema}.cache_entries
    WHERE key = ANY ($1) AND sliding_window IS NOT NULL AND keep_until - stale_for > clock_timestamp()
        AND keep_until < least(clock_timestamp() + sliding_window, fresh_limit) + stale_for
    ORDER BY key FOR NO KEY UPDATE),
extended AS (
    UPDATE {schema}.cache_entries AS e
    SET keep_until = greatest(e.keep_until, least(clock_timestamp() + e.sliding_window, e.fresh_limit) + e.stale_for)
    FROM fresh WHERE e.key = fresh.key AND e.sliding_window IS NOT NULL
    RETURNING e.key, e.entry, e.keep_until),
found AS (
    SELECT entry, keep_until, key FROM extended
    UNION ALL
    SELECT entry, keep_until, key FROM {schema}.cache_entries AS e
    WHERE key = ANY ($1) AND NOT EXISTS (SELECT FROM extended AS x WHERE x.key = e.key))
SELECT entry, (extract(epoch FROM keep_until) * 1000000)::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, key FROM found WHERE keep_until > clock_timestamp()
