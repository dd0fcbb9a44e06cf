-- Lists what the schema holds, what the role lacks of the rights that the suite needs on it, and how far vacuum has come with it. Partitions are
-- left out of the rights: nobody reaches them but through their parent.
-- $1 the schema's name. Reply: a row for each: its name; the rights that are missing; whether its autovacuum is off; live and dead rows; when
-- it was last vacuumed, in microseconds since 1970, null if never.
SELECT c.relname::text AS name,
    CASE WHEN c.relispartition THEN ''
    WHEN c.relkind = 'S' THEN CASE WHEN has_sequence_privilege(c.oid, 'USAGE') THEN '' ELSE 'USAGE' END
    ELSE (
        SELECT coalesce(string_agg(needed.name, ', ' ORDER BY needed.name), '') FROM unnest(CASE WHEN c.relkind = 'v' OR c.relname = 'schema_version'
            THEN ARRAY['SELECT'] ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END) AS needed (name)
        WHERE NOT has_table_privilege(c.oid, needed.name)) END AS missing,
    coalesce('autovacuum_enabled=false' = ANY (c.reloptions) OR 'autovacuum_enabled=off' = ANY (c.reloptions), false) AS is_neglected,
    coalesce(s.n_live_tup, 0) AS live,
    coalesce(s.n_dead_tup, 0) AS dead,
    (extract(epoch FROM greatest(s.last_vacuum, s.last_autovacuum)) * 1000000)::bigint AS vacuumed
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'S')
    AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'))
UNION ALL
SELECT DISTINCT f.proname::text, 'EXECUTE', false, 0, 0, NULL::bigint
FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE n.nspname = $1 AND NOT has_function_privilege(f.oid, 'EXECUTE')
ORDER BY 1
