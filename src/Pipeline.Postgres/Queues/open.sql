-- Finds or makes a queue's number.
-- $1 name. Reply: the number.
SELECT {schema}.queue_open($1)
