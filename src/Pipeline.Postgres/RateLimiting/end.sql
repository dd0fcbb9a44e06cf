-- Ends a reservation: gives its leases back, and corrects its charges.
-- $1, $2 the keys and state ids, in the order in which they are locked; $3 a plan for each; $4 the reservation's id; $5 whether it has a record.
-- Reply: whether this call ended it.
SELECT {schema}.limiter_end($1, $2, $3, $4, $5)
