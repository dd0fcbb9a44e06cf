-- The beat of a process that has nothing to ask.
-- $1 channel; $2 number. Reply: nothing that is read.
SELECT pg_notify($1, $2)
