-- Writes an entry in the place of the version that the caller names, and reports that. Versions are as in create.sql.
-- Some pages are swept of what has expired: last, and past what is locked, so that nobody is waited for.
-- Arguments: $1 space; $2 key; $3 the value; $4 after how many microseconds it expires, or null; $5 the channel; $6 the report; $7 where to sweep, 0 to 1; $8 how many pages;
-- $9 the version.
-- Reply: one row: true and the new version; or false and what stands there: its version, when it expires in microseconds, or null, its value; the named version where
-- it went just now. No row: there is none.
WITH written AS (
    UPDATE {schema}.state_entries
    SET version = (nextval(CASE WHEN pg_current_xact_id() IS NOT NULL THEN '{schema}.state_versions'::regclass END) << 16) | ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint & 65535), expires_at = clock_timestamp() + $4 * interval '1 microsecond', value = $3
    WHERE space = $1 AND key = $2 AND version = $9 AND (expires_at IS NULL OR expires_at > clock_timestamp())
    RETURNING version),
swept AS (
    DELETE FROM {schema}.state_entries WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM {schema}.state_entries AS old
        WHERE old.ctid >= (SELECT format('(%s,0)', floor($7 * ceil(pg_relation_size('{schema}.state_entries') / current_setting('block_size')::float8 / $8))::bigint * $8)::tid WHERE $8 > 0)
            AND old.ctid < (SELECT format('(%s,0)', (floor($7 * ceil(pg_relation_size('{schema}.state_entries') / current_setting('block_size')::float8 / $8))::bigint + 1) * $8)::tid WHERE $8 > 0)
            AND old.expires_at <= clock_timestamp() AND (old.space, old.key) <> ($1, $2)
        FOR UPDATE SKIP LOCKED)))
SELECT true, version, NULL::bigint, NULL::bytea, pg_notify($5, $6) FROM written
UNION ALL
SELECT false, version, (extract(epoch FROM expires_at) * 1000000)::bigint, value, NULL
FROM {schema}.state_entries
WHERE space = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > clock_timestamp()) AND NOT EXISTS (SELECT FROM written)
