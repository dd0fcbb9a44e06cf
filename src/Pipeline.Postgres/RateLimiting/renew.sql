-- Extends the leases of a reservation, all of them or none.
-- $1 the keys, in the order in which they are locked; $2 a plan for each; $3 the reservation's id.
-- Reply: whether all were held.
SELECT {schema}.limiter_renew($1, $2, $3)
