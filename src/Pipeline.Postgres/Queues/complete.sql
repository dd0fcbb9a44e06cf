-- Ends messages that are done.
-- $1 queue; $2 lanes, $3 places, $4 tokens, $5 ids of the receipts; $6 whether one has an ordering key; $7 tokens of receives of which nothing is left.
-- Reply: the indexes (from 1) of the receipts whose lease was lost.
SELECT {schema}.queue_complete($1, $2, $3, $4, $5, $6, $7)
