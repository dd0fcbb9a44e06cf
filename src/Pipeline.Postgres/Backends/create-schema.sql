-- Creates the schema and the record of what was applied to it.
-- Reply: nothing.
DO $create$ BEGIN IF to_regclass('{schema}.schema_version') IS NULL THEN
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE {schema}.schema_version (version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
END IF; END $create$;
