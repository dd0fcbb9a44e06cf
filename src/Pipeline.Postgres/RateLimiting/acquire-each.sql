-- Judges requests about one state one after the other, and takes each cost that fits.
-- $1, $2 the key and state id; $3 the plan of 8 numbers (limiter_acquire in Migrations/013_rate_limiting_calls.sql), its amount not used; $4 the amounts; $5 null, or up to which
-- expiry a few rows are deleted.
-- Reply: one array: the time, 1 or 0 for granted or denied of each request, then for each the number of the state's numbers and these.
SELECT {schema}.limiter_acquire_each($1, $2, $3, $4, $5)
