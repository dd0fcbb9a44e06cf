-- Reads a page of the entries of a space, in the order of their keys. It passes over some that have expired, and then ends early, so that its cost is bounded.
-- Arguments: $1 space; $2 the key after which to begin, empty for the first; $3 what the keys begin with; $4 what comes after all of those; $5 the most entries;
-- $6 the most bytes of values, but for the first entry.
-- Reply: a row for each entry: its key, version, when it expires in microseconds, or null, the value; then, if there is more, the key after which it begins, and 0.
WITH scanned AS MATERIALIZED (
    SELECT key, version, expires_at, value, expires_at IS NULL OR expires_at > statement_timestamp() AS stands
    FROM {schema}.state_entries
    WHERE space = $1 AND key > $2 AND key >= $3 AND key < $4
    ORDER BY key LIMIT $5 + 64),
counted AS (
    SELECT *, count(*) FILTER (WHERE stands) OVER running AS place, sum(octet_length(value)) FILTER (WHERE stands) OVER running AS bytes
    FROM scanned WINDOW running AS (ORDER BY key)),
page AS MATERIALIZED (SELECT * FROM counted WHERE place <= 1 OR (place <= $5 AND bytes <= $6))
SELECT key, version, (extract(epoch FROM expires_at) * 1000000)::bigint, value FROM page WHERE stands
UNION ALL
SELECT max(key), 0, NULL, NULL FROM page HAVING count(*) < (SELECT count(*) FROM scanned) OR count(*) = $5 + 64
ORDER BY key, version DESC
