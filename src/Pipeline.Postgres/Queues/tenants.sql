-- Finds or makes the numbers of tenants.
-- $1 queue; $2 names. Reply: the numbers, in the order of the names.
SELECT {schema}.queue_tenant_numbers($1, $2)
