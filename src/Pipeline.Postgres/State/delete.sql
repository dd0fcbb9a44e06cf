-- Deletes an entry, if its version is the one that the caller names. The report's number is as in create.sql.
-- Arguments: $1 space; $2 key; $3 the version, or null for any. Reply: the report's number, if it was there.
WITH deleted AS (
    DELETE FROM {schema}.state_entries
    WHERE space = $1 AND key = $2 AND ($3::bigint IS NULL OR version = $3)
    RETURNING expires_at IS NULL OR expires_at > clock_timestamp() AS stood)
SELECT nextval('{schema}.state_reports') FROM deleted WHERE stood
