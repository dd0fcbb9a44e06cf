-- Tells which of a batch's ids are there already, erased ones among them. By the primary key of the partitions of its days.
-- $1 days; $2 ids. Reply: ids.
SELECT id FROM {schema}.telemetry WHERE day = ANY ($1) AND id = ANY ($2)
