-- Finds the names of tenants.
-- $1 numbers. Reply: number and name of each.
SELECT no, tenant FROM {schema}.queue_tenants WHERE no = ANY ($1)
