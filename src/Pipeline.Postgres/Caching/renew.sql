-- Extends a lease that is still held.
-- Arguments: $1 key; $2 the owner's token; $3 how long it lasts from now on, in microseconds. Reply: one row touched, or none.
UPDATE {schema}.cache_leases SET lease_until = clock_timestamp() + $3 * interval '1 microsecond'
WHERE key = $1 AND owner = $2 AND lease_until > clock_timestamp()
