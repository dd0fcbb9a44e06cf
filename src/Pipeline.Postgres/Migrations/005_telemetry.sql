-- Telemetry. A record's id decides which partition it is in (day: the day since 1970-01-01 in an id of UUID version 7, -1 for any other id), so that the primary keys of the partitions,
-- which are the ids (in the default one behind their days), hold for the whole table, and what is written again meets what is there wherever that is. Times are microseconds since 1970-01-01 00:00 UTC.

-- What is indexed first, then whatever every record has, so that both are found without a look at the rest. version 0: an erased record, of which only its id is left.
-- Null is zero in the counts of tokens, in lane, outcome and cache, and in cost_avoided, most of which are zero in most records: a null takes neither time to write nor room.
CREATE TABLE {schema}.telemetry (
    time bigint NOT NULL,
    id uuid NOT NULL,
    duration bigint NOT NULL,
    day int NOT NULL,
    version smallint NOT NULL,
    uncached_input bigint,
    cached_input bigint,
    cache_write bigint,
    output bigint,
    reasoning bigint,
    lane smallint,
    outcome smallint,
    cache smallint,
    trace_id uuid,
    correction_of uuid,
    cost numeric,
    cost_avoided numeric,
    step text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    model text COLLATE "C",
    request_id text COLLATE "C",
    price_table text COLLATE "C",
    error_type text COLLATE "C",
    attributes jsonb
) PARTITION BY RANGE (day);
-- By spans of 2^22 microseconds (4.2 s), not by the time itself: nearly all new rows belong to the last span, and go to the end of the index without a search for their place.
CREATE INDEX telemetry_span ON {schema}.telemetry ((time >> 22));

-- Ids that tell no time; and whatever has no partition of its own, so that a record always has a place.
CREATE TABLE {schema}.telemetry_other PARTITION OF {schema}.telemetry FOR VALUES FROM (-1) TO (0);
ALTER TABLE {schema}.telemetry_other ADD PRIMARY KEY (id);
CREATE TABLE {schema}.telemetry_default PARTITION OF {schema}.telemetry DEFAULT;
ALTER TABLE {schema}.telemetry_default ADD PRIMARY KEY (day, id);

-- The partitions by time: the first day and the one after the last.
CREATE TABLE {schema}.telemetry_partitions (name text PRIMARY KEY, first int NOT NULL, past int NOT NULL);

-- One row. due: when upkeep is next; leaving: the days before it are being given up; forgotten: the latest time of a record that was, or is about to be.
CREATE TABLE {schema}.telemetry_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    due bigint NOT NULL DEFAULT 0,
    leaving int NOT NULL DEFAULT 0,
    forgotten bigint
);
INSERT INTO {schema}.telemetry_state DEFAULT VALUES;

CREATE FUNCTION {schema}.telemetry_forget(latest bigint) RETURNS void LANGUAGE sql
AS $forget$ UPDATE {schema}.telemetry_state SET forgotten = greatest(forgotten, latest) WHERE latest > coalesce(forgotten, latest - 1) $forget$;

-- Makes the partitions of the days from a first one up to past, each of so many days. A range of which rows are in the default partition gets none: they go on there.
CREATE FUNCTION {schema}.telemetry_extend(first_day int, past_day int, length int) RETURNS void LANGUAGE plpgsql AS $extend$
DECLARE
    start int := first_day;
    part text;
BEGIN
    WHILE start < past_day LOOP
        part := 'telemetry_' || to_char(date '1970-01-01' + start, 'YYYYMMDD');
        BEGIN
            IF NOT EXISTS (SELECT FROM {schema}.telemetry_default WHERE day >= start AND day < start + length) THEN
                -- Attached, since CREATE … PARTITION OF would lock out all who write and read.
                EXECUTE format('CREATE TABLE {schema}.%I (LIKE {schema}.telemetry, PRIMARY KEY (id))', part);
                EXECUTE format('ALTER TABLE {schema}.telemetry ATTACH PARTITION {schema}.%I FOR VALUES FROM (%s) TO (%s)', part, start, start + length);
                INSERT INTO {schema}.telemetry_partitions VALUES (part, start, start + length);
            END IF;
        EXCEPTION WHEN lock_not_available OR deadlock_detected OR check_violation THEN
            -- Somebody reads the default partition for long, or has just written there.
            NULL;
        END;
        start := start + length;
    END LOOP;
END $extend$;

-- Drops the partitions of the days before one.
CREATE FUNCTION {schema}.telemetry_drop(before int) RETURNS void LANGUAGE plpgsql AS $drop$
DECLARE
    part text;
    latest bigint;
BEGIN
    FOR part IN SELECT name FROM {schema}.telemetry_partitions WHERE past <= before ORDER BY past LOOP
        BEGIN
            IF to_regclass(format('{schema}.%I', part)) IS NOT NULL THEN
                -- In the order in which those who write and read take them.
                LOCK TABLE {schema}.telemetry IN ACCESS EXCLUSIVE MODE;
                EXECUTE format('SELECT time FROM {schema}.%I ORDER BY time >> 22 DESC, time DESC LIMIT 1', part) INTO latest;
                PERFORM {schema}.telemetry_forget(latest);
                EXECUTE format('DROP TABLE {schema}.%I', part);
            END IF;
            DELETE FROM {schema}.telemetry_partitions WHERE name = part;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            -- A long report. The next upkeep tries again.
            EXIT;
        END;
    END LOOP;
END $drop$;

-- Deletes what is over in the two partitions that are not dropped, so many rows of each at most. Returns how many at the most.
CREATE FUNCTION {schema}.telemetry_thin(before int, most int) RETURNS bigint LANGUAGE plpgsql AS $thin$
DECLARE
    others record;
    rest record;
BEGIN
    WITH deleted AS (
        DELETE FROM {schema}.telemetry_other WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {schema}.telemetry_other WHERE time < before * 86400000000 AND time >> 22 <= (before * 86400000000) >> 22 ORDER BY time >> 22 LIMIT most)) RETURNING time)
    SELECT count(*) AS rows, max(time) AS latest INTO others FROM deleted;
    WITH deleted AS (
        DELETE FROM {schema}.telemetry_default WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {schema}.telemetry_default WHERE day < before ORDER BY day LIMIT most)) RETURNING time)
    SELECT count(*) AS rows, max(time) AS latest INTO rest FROM deleted;
    PERFORM {schema}.telemetry_forget(greatest(others.latest, rest.latest));
    RETURN greatest(others.rows, rest.rows);
END $thin$;

-- Upkeep, at most once an hour whoever calls: makes partitions for the days to come and gives up those that are over. Partitions go one upkeep after it was announced, so that a
-- report which says nothing of it has all of them. With the rights of the role that made the schema, so that the application's may do without making tables.
-- Returns in how many seconds it is due again.
CREATE FUNCTION {schema}.telemetry_maintain(retention_days int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $maintain$
DECLARE
    -- Rows that are deleted at once where rows are, and how long until the next of them.
    most CONSTANT int := 50000;
    soon CONSTANT int := 10;
    hour CONSTANT int := 3600;
    clock bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    today int := clock / 86400000000;
    length int := greatest(1, ceil(retention_days / 60.0));
    before int := today - retention_days;
    state {schema}.telemetry_state;
    latest bigint;
    pause int := hour;
    part text;
BEGIN
    SELECT * INTO state FROM {schema}.telemetry_state WHERE due <= clock FOR UPDATE;
    IF NOT FOUND THEN
        SELECT greatest(1, (due - clock) / 1000000) INTO pause FROM {schema}.telemetry_state;
        RETURN pause;
    END IF;

    -- Yesterday, for what comes late; and two more than today, so that many may fail before one is missed.
    PERFORM {schema}.telemetry_extend(greatest(today - 1, coalesce((SELECT max(past) FROM {schema}.telemetry_partitions), 0)), today + 3, length);
    IF {schema}.telemetry_thin(before, most) >= most THEN
        pause := soon;
    END IF;
    PERFORM {schema}.telemetry_drop(least(before, state.leaving));
    FOR part IN SELECT name FROM {schema}.telemetry_partitions WHERE past <= before LOOP
        EXECUTE format('SELECT time FROM {schema}.%I ORDER BY time >> 22 DESC, time DESC LIMIT 1', part) INTO latest;
        PERFORM {schema}.telemetry_forget(latest);
    END LOOP;
    UPDATE {schema}.telemetry_state SET due = clock + pause * 1000000::bigint, leaving = before;
    RETURN pause;
EXCEPTION WHEN lock_not_available THEN
    -- Another process is at it.
    RETURN soon;
END $maintain$;
REVOKE ALL ON FUNCTION {schema}.telemetry_maintain(int) FROM PUBLIC;

-- So that those of today are there before the first record.
SELECT {schema}.telemetry_extend(today - 1, today + 3, 1) FROM (SELECT floor(extract(epoch FROM clock_timestamp()) / 86400)::int AS today) AS clock;
