-- Writes an entry where there is none.
-- A version is a number of the sequence, so that none is given out twice, and the end of the time in microseconds, so that none is even where a failover lost numbers.
-- The report's number is taken once the row is written and locked: so numbers rise from change to change of an entry, and whoever has one has a transaction (look.sql).
-- Some pages are swept of what has expired: last, and past what is locked, so that nobody is waited for.
-- Arguments: $1 space; $2 key; $3 the value; $4 after how many microseconds it expires, or null; $5 where to sweep, 0 to 1; $6 how many pages.
-- Reply: one row: true, the new version, and in the last column the report's number; or false and what stands there: its version, when it expires in microseconds, or null, its value. No row: it came just now.
WITH written AS (
    INSERT INTO {schema}.state_entries AS e (space, key, version, expires_at, value)
    VALUES ($1, $2, (nextval('{schema}.state_versions') << 16) | ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint & 65535), clock_timestamp() + $4 * interval '1 microsecond', $3)
    ON CONFLICT (space, key) DO UPDATE SET version = (nextval('{schema}.state_versions') << 16) | ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint & 65535), expires_at = excluded.expires_at, value = excluded.value
    WHERE e.expires_at <= clock_timestamp()
    RETURNING e.version),
swept AS (
    DELETE FROM {schema}.state_entries WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM {schema}.state_entries AS old
        WHERE old.ctid >= (SELECT format('(%s,0)', floor($5 * ceil(pg_relation_size('{schema}.state_entries') / current_setting('block_size')::float8 / $6))::bigint * $6)::tid WHERE $6 > 0)
            AND old.ctid < (SELECT format('(%s,0)', (floor($5 * ceil(pg_relation_size('{schema}.state_entries') / current_setting('block_size')::float8 / $6))::bigint + 1) * $6)::tid WHERE $6 > 0)
            AND old.expires_at <= clock_timestamp() AND (old.space, old.key) <> ($1, $2)
        FOR UPDATE SKIP LOCKED)))
SELECT true, version, NULL::bigint, NULL::bytea, nextval('{schema}.state_reports') FROM written
UNION ALL
SELECT false, version, (extract(epoch FROM expires_at) * 1000000)::bigint, value, NULL
FROM {schema}.state_entries
WHERE space = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > clock_timestamp()) AND NOT EXISTS (SELECT FROM written)
