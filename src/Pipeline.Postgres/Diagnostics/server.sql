-- Reads what the checks of the server judge. Needs no table of the suite, and no right but to connect; what the role may not see is null.
-- $1 the schema's name. Reply: one row, each column a fact by its name.
SELECT
    current_setting('server_version') AS server_version,
    current_setting('server_version_num')::bigint AS server_version_num,
    pg_is_in_recovery() AS is_standby,
    current_setting('default_transaction_read_only') AS read_only,
    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock,
    current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('autovacuum') AS autovacuum,
    current_setting('track_counts') AS track_counts,
    current_setting('max_connections')::bigint AS max_connections,
    current_setting('superuser_reserved_connections')::bigint + coalesce(current_setting('reserved_connections', true)::bigint, 0) AS reserved_connections,
    d.datconnlimit::bigint AS database_connections,
    r.rolconnlimit::bigint AS role_connections,
    (SELECT sum(numbackends)::bigint FROM pg_catalog.pg_stat_database) AS sessions,
    (r.rolsuper OR r.rolbypassrls) AS bypasses_walls,
    has_database_privilege(d.oid, 'CREATE') AS may_create_schema,
    n.oid IS NOT NULL AS has_schema,
    has_schema_privilege(n.oid, 'USAGE') AS may_use_schema,
    has_schema_privilege(n.oid, 'CREATE') AS may_create_tables,
    has_table_privilege(v.oid, 'SELECT') AS may_read_version,
    (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector') AS vector_version,
    (SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'vector') AS vector_offered,
    a.age AS transaction_age,
    a.seconds AS transaction_seconds,
    p.age AS prepared_age,
    p.seconds AS prepared_seconds,
    s.age AS slot_age,
    s.slot_name AS slot
FROM pg_catalog.pg_database d
JOIN pg_catalog.pg_roles r ON r.rolname = current_user
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1
LEFT JOIN pg_catalog.pg_class v ON v.relnamespace = n.oid AND v.relname = 'schema_version'
LEFT JOIN (
    SELECT max(greatest(age(backend_xmin), age(backend_xid)))::bigint AS age,
        max(extract(epoch FROM clock_timestamp() - xact_start)) FILTER (WHERE backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)::double precision AS seconds
    FROM pg_catalog.pg_stat_activity
    WHERE pid <> pg_backend_pid() AND (datname IS NULL OR datname = current_database()) AND backend_type IS DISTINCT FROM 'autovacuum worker') AS a ON true
LEFT JOIN (
    SELECT max(age(transaction))::bigint AS age, max(extract(epoch FROM clock_timestamp() - prepared))::double precision AS seconds
    FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()) AS p ON true
LEFT JOIN (
    SELECT slot_name::text, greatest(age(xmin), age(catalog_xmin))::bigint AS age
    FROM pg_catalog.pg_replication_slots ORDER BY 2 DESC NULLS LAST LIMIT 1) AS s ON true
WHERE d.datname = current_database()
