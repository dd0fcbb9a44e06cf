-- Stores an entry where none stands, or one that was seen to be no good.
-- Some pages are swept of what has expired: last, and past what is locked, so that nobody is waited for.
-- Arguments: $1 key; $2 for how long it is kept, if nobody reads it; for one that slides, else null: $3 its window, $4 for how long it is kept stale, $5 for how long it
-- is fresh at most; all in microseconds; $6 the entry; $7 the channel; $8 the notice, or null; $9 where to sweep, 0 to 1; $10 how many pages;
-- $11 the SHA-256 of the entry that may be replaced, or null.
-- Reply: one row: whether it was stored, and if not, the entry that stands there; none where it came or went just now.
WITH stored AS (
    INSERT INTO {schema}.cache_entries AS e (key, keep_until, sliding_window, stale_for, fresh_limit, entry)
    VALUES (
        $1,
        clock_timestamp() + $2 * interval '1 microsecond',
        $3 * interval '1 microsecond',
        $4 * interval '1 microsecond',
        clock_timestamp() + $5 * interval '1 microsecond',
        $6)
    ON CONFLICT (key) DO UPDATE SET
        keep_until = excluded.keep_until,
        sliding_window = excluded.sliding_window,
        stale_for = excluded.stale_for,
        fresh_limit = excluded.fresh_limit,
        entry = excluded.entry
    WHERE e.keep_until <= clock_timestamp() OR CASE WHEN $11::bytea IS NOT NULL THEN sha256(e.entry) = $11 END
    RETURNING key),
swept AS (
    DELETE FROM {schema}.cache_entries WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM {schema}.cache_entries AS old
        WHERE old.ctid >= (SELECT format('(%s,0)', floor($9 * ceil(pg_relation_size('{schema}.cache_entries') / current_setting('block_size')::float8 / $10))::bigint * $10)::tid WHERE $10 > 0)
            AND old.ctid < (SELECT format('(%s,0)', (floor($9 * ceil(pg_relation_size('{schema}.cache_entries') / current_setting('block_size')::float8 / $10))::bigint + 1) * $10)::tid WHERE $10 > 0)
            AND old.keep_until <= clock_timestamp() AND old.key <> $1
        FOR UPDATE SKIP LOCKED)))
SELECT
    EXISTS (SELECT FROM stored),
    (SELECT entry FROM {schema}.cache_entries WHERE key = $1 AND keep_until > clock_timestamp() AND NOT EXISTS (SELECT FROM stored)),
    (SELECT count(pg_notify($7, $8)) FROM stored WHERE $8 IS NOT NULL)
