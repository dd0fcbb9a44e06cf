-- Stores entries, and announces what is to be announced.
-- Some pages are swept of what has expired: last, and past what is locked, so that nobody is waited for.
-- Arguments: $1 keys, each once, in order; $2 for how long each is kept, if nobody reads it; for those that slide, else null: $3 their window, $4 for how long they
-- are kept stale, $5 for how long they are fresh at most; all in microseconds; $6 the entries; $7 the channel; $8 the notices; $9 where to sweep, 0 to 1; $10 how many pages.
-- Reply: nothing that is read.
WITH stored AS (
    INSERT INTO {schema}.cache_entries AS e (key, keep_until, sliding_window, stale_for, fresh_limit, entry)
    SELECT
        key,
        clock_timestamp() + keep_for * interval '1 microsecond',
        sliding_window * interval '1 microsecond',
        stale_for * interval '1 microsecond',
        clock_timestamp() + fresh_for * interval '1 microsecond',
        entry
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[]) AS given (key, keep_for, sliding_window, stale_for, fresh_for, entry)
    ON CONFLICT (key) DO UPDATE SET
        keep_until = excluded.keep_until,
        sliding_window = excluded.sliding_window,
        stale_for = excluded.stale_for,
        fresh_limit = excluded.fresh_limit,
        entry = excluded.entry
    RETURNING 1),
swept AS (
    DELETE FROM {schema}.cache_entries WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM {schema}.cache_entries AS old
        WHERE old.ctid >= (SELECT format('(%s,0)', floor($9 * ceil(pg_relation_size('{schema}.cache_entries') / current_setting('block_size')::float8 / $10))::bigint * $10)::tid WHERE $10 > 0)
            AND old.ctid < (SELECT format('(%s,0)', (floor($9 * ceil(pg_relation_size('{schema}.cache_entries') / current_setting('block_size')::float8 / $10))::bigint + 1) * $10)::tid WHERE $10 > 0)
            AND old.keep_until <= clock_timestamp() AND old.key <> ALL ($1)
        FOR UPDATE SKIP LOCKED)))
SELECT (SELECT count(*) FROM stored), (SELECT count(pg_notify($7, notice)) FROM unnest($8::text[]) AS notice)
