-- Judges a request, and takes the costs of all its dimensions or none.
-- $1 0 judge only, 1 take, 2 take and write the record of the reservation; $2, $3 the keys and state ids, in the order in which they are locked;
-- $4 a plan of 8 numbers for each (limiter_acquire in Migrations/013_rate_limiting_calls.sql); $5 the reservation's id; $6 null, or up to which expiry
-- a few rows are deleted.
-- Reply: one array: 1 or 0 for granted or denied, the time, then for each state the number of its numbers and these.
SELECT {schema}.limiter_acquire($1, $2, $3, $4, $5, $6)
