-- Makes leases last from now on.
-- $1 queue; $2 lanes, $3 places, $4 tokens, $5 ids of the receipts; $6 lease, microseconds. Reply: the indexes (from 1) of the receipts whose lease was lost.
SELECT {schema}.queue_renew($1, $2, $3, $4, $5, $6)
