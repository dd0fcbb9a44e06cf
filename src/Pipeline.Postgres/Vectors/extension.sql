-- Tells whether pgvector is in this database, and in a schema that the role may use.
-- Reply: one row if it is: its schema; its version.
SELECT n.nspname, e.extversion FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
