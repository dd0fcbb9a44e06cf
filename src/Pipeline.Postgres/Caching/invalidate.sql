-- Invalidates a tag: its generation becomes the time in microseconds, or the old one plus one if that is greater.
-- Some pages are swept of what has expired: last, and past what is locked, so that nobody is waited for.
-- Arguments: $1 tag; $2 for how long the counter is kept, in microseconds; $3 where to sweep, 0 to 1; $4 how many pages.
-- Reply: one row: the new generation.
WITH raised AS (
    INSERT INTO {schema}.cache_tags AS t (tag, generation, keep_until)
    VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, clock_timestamp() + $2 * interval '1 microsecond')
    ON CONFLICT (tag) DO UPDATE SET generation = greatest(t.generation + 1, excluded.generation), keep_until = excluded.keep_until
    RETURNING t.generation),
swept AS (
    DELETE FROM {schema}.cache_tags WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM {schema}.cache_tags AS old
        WHERE old.ctid >= (SELECT format('(%s,0)', floor($3 * ceil(pg_relation_size('{schema}.cache_tags') / current_setting('block_size')::float8 / $4))::bigint * $4)::tid WHERE $4 > 0)
            AND old.ctid < (SELECT format('(%s,0)', (floor($3 * ceil(pg_relation_size('{schema}.cache_tags') / current_setting('block_size')::float8 / $4))::bigint + 1) * $4)::tid WHERE $4 > 0)
            AND old.keep_until <= clock_timestamp() AND old.tag <> $1
        FOR UPDATE SKIP LOCKED)))
SELECT generation FROM raised
