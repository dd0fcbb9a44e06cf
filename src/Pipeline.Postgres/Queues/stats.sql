-- Counts.
-- $1 queue; $2 the queue's maximum of deliveries; $3 whether a dead letter holds its ordering key. Reply: one row of figures.
SELECT * FROM {schema}.queue_stats($1, $2, $3)
