-- Notifies everybody who listens on a channel, once for each payload.
-- $1 channel; $2 payloads. Reply: nothing that is read.
SELECT pg_notify($1, payload) FROM unnest($2) AS payload
