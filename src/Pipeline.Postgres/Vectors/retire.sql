-- Drops a version with its items, if it is there.
-- $1 collection; $2 number. Reply: false if it is live.
SELECT {schema}.vector_retire($1, $2)
