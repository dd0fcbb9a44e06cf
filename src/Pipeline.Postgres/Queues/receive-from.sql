-- Leases messages of the only tenant, from a place on.
-- $1 queue; $2 how many; $3 lease, microseconds; $4 nonce of the call; $5 lane; $6 the place in it. Reply: the messages.
SELECT * FROM {schema}.queue_receive_from($1, $2, $3, $4, $5, $6)
