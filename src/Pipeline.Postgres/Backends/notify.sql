-- Notifies everybody who listens on a channel, once for each payload. What it tells was committed before, and there is nothing of its own to keep: so it does not wait
-- for the disk, which would hold up every other notification of the database as long.
-- $1 channel; $2 payloads. Reply: nothing that is read.
SELECT pg_notify($1, payload) FROM (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried, unnest($2) AS payload
