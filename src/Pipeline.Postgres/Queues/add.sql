-- Adds plain messages.
-- $1 queue; $2 tokens: one for the call, or one for each; $3 lanes; $4 ids; $5 maxima of deliveries (0: the queue's); $6 envelopes.
-- Reply: the indexes (from 1) of those that were there already.
SELECT {schema}.queue_add($1, $2, $3, $4, $5, $6)
