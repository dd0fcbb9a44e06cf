-- Ends messages that are done and adds what follows from them, together.
-- $1 to $7 as complete; $8 after which completion (from 1), and $9 to which queue, each follow-up comes; $10 deduplication windows; $11 to $18 lanes, ids, maxima, envelopes, ordering keys,
-- times, delays and deduplication keys, as add-any has them.
-- Reply: the indexes (from 1) of the receipts whose lease was lost.
SELECT {schema}.queue_complete_with($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
