-- Reads, counts, redrives or discards dead letters.
-- $1 queue; $2 the queue's maximum of deliveries; $3 whether a dead letter holds its ordering key; $4 what; $5 after and $6 up to which number; $7 how many to act on, $8 to look at; then the filter,
-- null where it selects nothing away: $9 tenant, $10 type, $11 reason, $12 died at or after, $13 before, microseconds since 1970, $14 ids.
-- Reply: the letters; then a row without one: after which number to go on, the last number, how many were acted on.
SELECT * FROM {schema}.queue_dead_letters($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
