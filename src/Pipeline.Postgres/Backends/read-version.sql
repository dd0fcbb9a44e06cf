-- Tells which version the schema has.
-- Reply: one row: the version; null if nothing was applied.
SELECT max(version) FROM {schema}.schema_version
