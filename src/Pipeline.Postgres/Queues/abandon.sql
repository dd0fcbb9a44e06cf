-- Gives messages up.
-- $1 queue; $2 lanes, $3 places, $4 tokens, $5 ids of the receipts; $6 endings: f failed, d deferred, r returned, x rejected; $7 delays in microseconds, of x reasons; $8 errors; $9 checkpoints;
-- $10 the queue's maximum of deliveries; $11 whether a dead letter holds its ordering key; $12 tokens of receives of which nothing is left.
-- Reply: the indexes (from 1) of the receipts whose lease was lost.
SELECT {schema}.queue_abandon($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
