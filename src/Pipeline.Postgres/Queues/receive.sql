-- Leases messages, after doing what time alone has brought.
-- $1 queue; $2 how many; $3 lease, microseconds; $4 nonce of the call; $5 nonces of calls whose answers were lost; $6 the queue's maximum of deliveries; $7 whether a dead letter holds its
-- ordering key; $8 and $9 tenants with a weight, and their weights; $10 whether to tidy up.
-- Reply: the messages; where there are none, one row without, that says when to look again.
SELECT * FROM {schema}.queue_receive($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
