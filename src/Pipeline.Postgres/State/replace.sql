-- Writes an entry in the place of the version that the caller names. Numbers are as in create.sql.
-- Some pages are swept of what has expired: last, and past what is locked, so that nobody is waited for.
-- Arguments: $1 space; $2 key; $3 the value; $4 after how many microseconds it expires, or null; $5 where to sweep, 0 to 1; $6 how many pages; $7 the version.
-- Reply: one row: true, the new version, and in the last column the report's number; or false and what stands there: its version, when it expires in microseconds, or null, its value; the named version where
-- it went just now. No row: there is none.
WITH written AS (
    UPDATE {schema}.state_entries
    SET version = (nextval('{schema}.state_versions') << 16) | ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint & 65535), expires_at = clock_timestamp() + $4 * interval '1 microsecond', value = $3
    WHERE space = $1 AND key = $2 AND version = $7 AND (expires_at IS NULL OR expires_at > clock_timestamp())
    RETURNING version),
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
