-- Forgets a state.
-- $1 the key; $2 the state id.
-- Reply: nothing.
SELECT {schema}.limiter_reset($1, $2)
