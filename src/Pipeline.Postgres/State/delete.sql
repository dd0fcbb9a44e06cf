-- Deletes an entry, if its version is the one that the caller names, and reports that. It takes a number as a write does, which shows in look.sql.
-- Arguments: $1 space; $2 key; $3 the version, or null for any; $4 the channel; $5 the report. Reply: a row if it was there.
WITH deleted AS (
    DELETE FROM {schema}.state_entries
    WHERE space = $1 AND key = $2 AND ($3::bigint IS NULL OR version = $3)
    RETURNING expires_at IS NULL OR expires_at > clock_timestamp() AS stood)
SELECT pg_notify($4, $5), nextval('{schema}.state_versions') FROM deleted WHERE stood
