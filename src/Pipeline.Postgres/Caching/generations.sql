-- Reads the generations of tags; one without a counter gets one, above every number that it ever had: the time in microseconds.
-- A counter is kept for a while after it was used; a write is made of that only once a quarter of the while is over.
-- Some pages are swept of what has expired: last, and past what is locked, so that nobody is waited for.
-- Arguments: $1 tags, each once, in order; $2 for how long counters are kept, in microseconds; $3 where to sweep, 0 to 1; $4 how many pages.
-- Reply: a row for each: the tag, its generation.
WITH made AS (
    INSERT INTO {schema}.cache_tags AS t (tag, generation, keep_until)
    SELECT given.tag, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, clock_timestamp() + $2 * interval '1 microsecond'
    FROM unnest($1::text[]) AS given (tag)
    WHERE NOT EXISTS (SELECT FROM {schema}.cache_tags AS known WHERE known.tag = given.tag)
    ON CONFLICT (tag) DO UPDATE SET keep_until = excluded.keep_until
    RETURNING t.tag, t.generation),
touched AS (
    UPDATE {schema}.cache_tags SET keep_until = clock_timestamp() + $2 * interval '1 microsecond'
    WHERE ctid = ANY (ARRAY(
        SELECT used.ctid FROM {schema}.cache_tags AS used
        WHERE used.tag = ANY ($1) AND used.keep_until < clock_timestamp() + 0.75 * $2 * interval '1 microsecond'
        FOR UPDATE SKIP LOCKED))),
swept AS (
    DELETE FROM {schema}.cache_tags WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM {schema}.cache_tags AS old
        WHERE old.ctid >= (SELECT format('(%s,0)', floor($3 * ceil(pg_relation_size('{schema}.cache_tags') / current_setting('block_size')::float8 / $4))::bigint * $4)::tid WHERE $4 > 0)
            AND old.ctid < (SELECT format('(%s,0)', (floor($3 * ceil(pg_relation_size('{schema}.cache_tags') / current_setting('block_size')::float8 / $4))::bigint + 1) * $4)::tid WHERE $4 > 0)
            AND old.keep_until <= clock_timestamp() AND old.tag <> ALL ($1)
        FOR UPDATE SKIP LOCKED)))
SELECT tag, generation FROM {schema}.cache_tags WHERE tag = ANY ($1)
UNION ALL
SELECT tag, generation FROM made
