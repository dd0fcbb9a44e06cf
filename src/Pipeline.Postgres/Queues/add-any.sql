-- Adds messages of any kind, all or none.
-- $1 queue; $2 token of the call; $3 lanes; $4 ids; $5 maxima of deliveries (0: the queue's); $6 envelopes; $7 ordering keys; $8 times before which they do not go, microseconds since
-- 1970; $9 delays, microseconds; $10 deduplication keys; $11 deduplication window, microseconds; $12 capacity; $13 ticket of a producer that waits; $14 how long the ticket lives; $15 the queue's maximum of
-- deliveries; $16 whether a dead letter holds its ordering key.
-- Reply: 0 full, 1 done, 2 a repeat, 3 waits; indexes (from 1) and first ids of the duplicates; whether another producer may find room.
SELECT * FROM {schema}.queue_add_any($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
