-- The beat of a process whose consumers wait: which of their queues have something.
-- $1 channel; $2 number; $3 queues. Reply: the queues, in the first column.
SELECT q, pg_notify($1, $2) FROM (SELECT 0 AS q UNION ALL SELECT {schema}.queue_look($3)) AS looked
