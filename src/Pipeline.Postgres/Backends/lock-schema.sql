-- Lets one process at a time create or change the schema, until its transaction ends. By name, since the schema may not be there yet.
-- Reply: nothing.
SELECT pg_advisory_xact_lock(7461001, hashtext({schema_name}));
