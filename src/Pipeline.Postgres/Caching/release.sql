-- Gives a lease back.
-- Arguments: $1 key; $2 the owner's token. Reply: no row, or whether it was still held.
DELETE FROM {schema}.cache_leases WHERE key = $1 AND owner = $2 RETURNING lease_until > clock_timestamp()
