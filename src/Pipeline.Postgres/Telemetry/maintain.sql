-- Upkeep of the partitions, at most once an hour whoever calls.
-- $1 how many days records are kept. Reply: in how many seconds it is due again.
SELECT {schema}.telemetry_maintain($1)
