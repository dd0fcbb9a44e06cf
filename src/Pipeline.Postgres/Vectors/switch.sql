-- Makes a version live.
-- $1 collection; $2 number. Reply: 0 it is live; 1 no such collection; 2 no such version; 3 it has not been validated.
SELECT {schema}.vector_switch($1, $2)
