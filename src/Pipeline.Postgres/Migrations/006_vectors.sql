-- Vectors: collections, their versions and the items, a partition for each version. What else stores vectors uses the functions of the first part.

-- pgvector only where the role may: without it the same statements compute exactly. An old one, or none, is a finding of the doctor's.
DO $vector$ BEGIN
IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'vector') THEN
    BEGIN
        CREATE EXTENSION vector;
    EXCEPTION WHEN OTHERS THEN
        RAISE NOTICE 'pgvector was not created: vectors are searched exactly.';
    END;
END IF; END $vector$;

-- The dot product in double precision. Two unnests side by side are twice as fast as a loop, and as one over both.
CREATE FUNCTION {schema}.vector_dot(a real[], b real[]) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $dot$
BEGIN
    RETURN (SELECT coalesce(sum(p.x::double precision * p.y), 0) FROM (SELECT unnest(a) AS x, unnest(b) AS y OFFSET 0) AS p);
END $dot$;

-- The Euclidean distance in double precision.
CREATE FUNCTION {schema}.vector_gap(a real[], b real[]) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $gap$
BEGIN
    RETURN (SELECT coalesce(sqrt(sum((p.x::double precision - p.y) * (p.x::double precision - p.y))), 0) FROM (SELECT unnest(a) AS x, unnest(b) AS y OFFSET 0) AS p);
END $gap$;

-- Makes the HNSW index of a table's vectors unless it is there, and tells whether it is. A function, since names are not parameters, and since the
-- role of the application need not own the tables.
CREATE FUNCTION {schema}.hnsw_index(
    index_name text, table_name text, vector_column text, dimension int, distance int, key_column text, key_value bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $hnsw$
DECLARE
    home text;
    release int[];
    kind text := CASE distance WHEN 0 THEN 'halfvec' ELSE 'vector' END;
    suffix text := CASE distance WHEN 0 THEN '_cosine_ops' WHEN 1 THEN '_ip_ops' ELSE '_l2_ops' END;
BEGIN
    SELECT n.nspname, string_to_array(split_part(e.extversion, '-', 1), '.')::int[] INTO home, release
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector' AND has_schema_privilege(n.oid, 'USAGE');
    IF home IS NULL OR release < ARRAY[0, 8] OR dimension > (CASE kind WHEN 'halfvec' THEN 4000 ELSE 2000 END) THEN
        RETURN false;
    END IF;

    IF EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(format('{schema}.%I', index_name)) AND indisvalid) THEN
        RETURN true;
    END IF;

    -- One at a time; whoever waited finds it made.
    EXECUTE format('LOCK TABLE {schema}.%I IN SHARE ROW EXCLUSIVE MODE', table_name);
    IF to_regclass(format('{schema}.%I', index_name)) IS NULL THEN
        EXECUTE format('CREATE INDEX %I ON {schema}.%I USING hnsw ((%I::%I.%I(%s)) %I.%I)', index_name, table_name, vector_column, home, kind, dimension, home, kind || suffix)
            || CASE WHEN key_column IS NULL THEN '' ELSE format(' WHERE %I = %s', key_column, key_value) END;
        EXECUTE format('ALTER INDEX {schema}.%I ALTER COLUMN 1 SET STATISTICS 0', index_name);

        -- Without figures the planner takes every tenant for a small one, and compares each of its rows.
        EXECUTE format('ANALYZE {schema}.%I', table_name);
    END IF;

    RETURN true;
END $hnsw$;

CREATE TABLE {schema}.vector_collections (
    name text COLLATE "C" PRIMARY KEY,
    live int NOT NULL,
    last_number int NOT NULL
);

-- state: 0 building, 1 validated, 3 was or is live. Which one is live says the collection alone, so that a switch changes one value.
CREATE TABLE {schema}.vector_versions (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection text COLLATE "C" NOT NULL REFERENCES {schema}.vector_collections (name),
    number int NOT NULL,
    state smallint NOT NULL,
    model text COLLATE "C" NOT NULL,
    dimension int NOT NULL,
    distance smallint NOT NULL,
    fields text[] COLLATE "C" NOT NULL,
    kinds smallint[] NOT NULL,
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (collection, number)
);

-- Vectors of cosine have length one. Floats do not compress: no attempt is made.
CREATE TABLE {schema}.vector_items (
    version_id int NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    vector real[] NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (version_id, tenant, id)
) PARTITION BY LIST (version_id);
ALTER TABLE {schema}.vector_items ALTER COLUMN vector SET STORAGE EXTERNAL;

-- The wall behind the wall: a statement that does not say for which tenant it is sees nothing and writes nothing, even the owner's. IS NOT DISTINCT FROM
-- keeps the condition apart from the statement's own, so that it is looked at row by row, when the tenant has been said.
ALTER TABLE {schema}.vector_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.vector_items FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {schema}.vector_items
    USING (tenant IS NOT DISTINCT FROM (SELECT current_setting('pipeline.tenant', true)));
CREATE POLICY validation ON {schema}.vector_items FOR SELECT
    USING ((SELECT current_setting('pipeline.validation', true)) IS NOT DISTINCT FROM 'on');

CREATE VIEW {schema}.vector_listing AS
SELECT v.id, v.collection, v.number, (CASE WHEN c.live = v.number THEN 2 ELSE v.state END)::smallint AS state,
    v.model, v.dimension, v.distance, v.fields, v.kinds, (extract(epoch FROM v.created) * 1000000)::bigint AS created,
    EXISTS (SELECT FROM pg_catalog.pg_index x WHERE x.indexrelid = pg_catalog.to_regclass('{schema}.vector_items_' || v.id || '_hnsw') AND x.indisvalid) AS is_indexed
FROM {schema}.vector_versions v JOIN {schema}.vector_collections c ON c.name = v.collection;

-- The following are functions because they make and drop tables, and because what they decide needs the collection's lock before its snapshot. They have
-- their owner's rights: the role of the application need not be allowed to make tables.
CREATE FUNCTION {schema}.vector_add(
    the_collection text, the_number int, the_state int, the_model text, the_dimension int, the_distance int, the_fields text[], the_kinds smallint[])
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $add$
DECLARE
    made int;
BEGIN
    INSERT INTO {schema}.vector_versions (collection, number, state, model, dimension, distance, fields, kinds)
    VALUES (the_collection, the_number, the_state, the_model, the_dimension, the_distance, the_fields, the_kinds) RETURNING id INTO made;

    -- Attached and not made as a partition, which would wait for every statement on every collection. Nobody reaches it but through the parent.
    EXECUTE format('CREATE TABLE {schema}.vector_items_%s (LIKE {schema}.vector_items INCLUDING STORAGE INCLUDING INDEXES)', made);
    EXECUTE format('ALTER TABLE {schema}.vector_items_%s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, ALTER COLUMN vector SET STATISTICS 0', made);
    EXECUTE format('ALTER TABLE {schema}.vector_items ATTACH PARTITION {schema}.vector_items_%s FOR VALUES IN (%s)', made, made);
    RETURN made;
END $add$;

CREATE FUNCTION {schema}.vector_ensure(
    the_collection text, the_model text, the_dimension int, the_distance int, the_fields text[], the_kinds smallint[], most_fields int)
RETURNS SETOF {schema}.vector_listing LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $ensure$
DECLARE
    live_id int;
BEGIN
    INSERT INTO {schema}.vector_collections AS c (name, live, last_number) VALUES (the_collection, 1, 1) ON CONFLICT (name) DO NOTHING;
    IF FOUND THEN
        live_id := {schema}.vector_add(the_collection, 1, 3, the_model, the_dimension, the_distance, the_fields, the_kinds);
        PERFORM {schema}.hnsw_index('vector_items_' || live_id || '_hnsw', 'vector_items_' || live_id, 'vector', the_dimension, the_distance, NULL, NULL);
    ELSE
        PERFORM FROM {schema}.vector_collections c WHERE c.name = the_collection FOR UPDATE;
        SELECT l.id INTO live_id FROM {schema}.vector_listing l WHERE l.collection = the_collection AND l.state = 2;

        -- A definition that does not fit changes nothing; the caller sees it in the answer.
        UPDATE {schema}.vector_versions v SET fields = v.fields || added.fields, kinds = v.kinds || added.kinds
        FROM (
            SELECT array_agg(f.field ORDER BY f.n) FILTER (WHERE known.kind IS NULL) AS fields, array_agg(f.kind ORDER BY f.n) FILTER (WHERE known.kind IS NULL) AS kinds,
                bool_or(known.kind <> f.kind) AS differ
            FROM unnest(the_fields, the_kinds) WITH ORDINALITY AS f (field, kind, n)
            LEFT JOIN (SELECT k.field, k.kind FROM {schema}.vector_versions o CROSS JOIN LATERAL unnest(o.fields, o.kinds) AS k (field, kind) WHERE o.id = live_id) AS known
                ON known.field = f.field) AS added
        WHERE v.id = live_id AND v.model = the_model AND v.dimension = the_dimension AND v.distance = the_distance
            AND added.fields IS NOT NULL AND NOT coalesce(added.differ, false) AND cardinality(v.fields) + cardinality(added.fields) <= most_fields;
    END IF;

    RETURN QUERY SELECT l.* FROM {schema}.vector_listing l WHERE l.id = live_id;
END $ensure$;

CREATE FUNCTION {schema}.vector_build(the_collection text, the_model text, the_dimension int, the_distance int, the_fields text[], the_kinds smallint[])
RETURNS SETOF {schema}.vector_listing LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $build$
DECLARE
    next_number int;
    made int;
BEGIN
    UPDATE {schema}.vector_collections c SET last_number = c.last_number + 1 WHERE c.name = the_collection RETURNING c.last_number INTO next_number;
    IF next_number IS NOT NULL THEN
        made := {schema}.vector_add(the_collection, next_number, 0, the_model, the_dimension, the_distance, the_fields, the_kinds);
        RETURN QUERY SELECT l.* FROM {schema}.vector_listing l WHERE l.id = made;
    END IF;
END $build$;

-- 0 switched; 1 no such collection; 2 no such version; 3 not validated.
CREATE FUNCTION {schema}.vector_switch(the_collection text, the_number int)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $switch$
DECLARE
    is_live boolean;
    the_state int;
BEGIN
    SELECT c.live = the_number INTO is_live FROM {schema}.vector_collections c WHERE c.name = the_collection FOR UPDATE;
    IF is_live IS NULL THEN RETURN 1; END IF;
    IF is_live THEN RETURN 0; END IF;
    SELECT v.state INTO the_state FROM {schema}.vector_versions v WHERE v.collection = the_collection AND v.number = the_number FOR UPDATE;
    IF the_state IS NULL THEN RETURN 2; END IF;
    IF the_state = 0 THEN RETURN 3; END IF;
    UPDATE {schema}.vector_versions v SET state = 3 WHERE v.collection = the_collection AND v.number = the_number;
    UPDATE {schema}.vector_collections c SET live = the_number WHERE c.name = the_collection;
    RETURN 0;
END $switch$;

-- False where the version is live.
CREATE FUNCTION {schema}.vector_retire(the_collection text, the_number int)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $retire$
DECLARE
    gone int;
BEGIN
    IF (SELECT c.live = the_number FROM {schema}.vector_collections c WHERE c.name = the_collection FOR UPDATE) THEN RETURN false; END IF;
    DELETE FROM {schema}.vector_versions v WHERE v.collection = the_collection AND v.number = the_number RETURNING v.id INTO gone;
    IF gone IS NOT NULL THEN
        EXECUTE format('DROP TABLE {schema}.vector_items_%s', gone);
    END IF;
    RETURN true;
END $retire$;
