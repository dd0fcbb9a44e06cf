-- Queues: the functions that add messages. Functions, since an act looks at what it has just locked, which one statement cannot; and since their plans
-- are theirs: no statistics, nor a pooler that forgets prepared statements, changes them. jit is off, since what cannot but be scanned looks so dear then that it would be compiled.

-- Finds or makes a queue's number.
CREATE FUNCTION {schema}.queue_open(p_name text) RETURNS int LANGUAGE plpgsql AS $fn$
DECLARE
    v_id int;
BEGIN
    SELECT id INTO v_id FROM {schema}.queues WHERE name = p_name;
    IF v_id IS NULL THEN
        INSERT INTO {schema}.queues (name) VALUES (p_name) ON CONFLICT (name) DO NOTHING;
        SELECT id INTO v_id FROM {schema}.queues WHERE name = p_name;
    END IF;
    RETURN v_id;
END $fn$;

-- Finds or makes the numbers of tenants, in their order.
CREATE FUNCTION {schema}.queue_tenant_numbers(p_queue int, p_tenants text[]) RETURNS int[] LANGUAGE plpgsql AS $fn$
BEGIN
    INSERT INTO {schema}.queue_tenants (queue, tenant)
    SELECT p_queue, t.tenant FROM unnest(p_tenants) WITH ORDINALITY AS t (tenant, ord)
    WHERE NOT EXISTS (SELECT FROM {schema}.queue_tenants known WHERE known.queue = p_queue AND known.tenant = t.tenant)
    GROUP BY t.tenant ORDER BY min(t.ord)
    ON CONFLICT (queue, tenant) DO NOTHING;
    RETURN ARRAY(
        SELECT known.no FROM unnest(p_tenants) WITH ORDINALITY AS t (tenant, ord)
        JOIN {schema}.queue_tenants known ON known.queue = p_queue AND known.tenant = t.tenant ORDER BY t.ord);
END $fn$;

-- Adds plain messages: not delayed, without keys, to a queue without a bound. Inserts, and locks nothing.
-- With one token for all, it is the call's: a repeat adds nothing. With one for each, each is a call of its own.
-- Gives the indexes (from 1) of what was there already.
CREATE FUNCTION {schema}.queue_add(p_queue int, p_tokens uuid[], p_lanes int[], p_ids uuid[], p_most int[], p_envelopes bytea[]) RETURNS int[]
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_count int := cardinality(p_ids);
    v_fresh uuid[];
    v_repeats int[];
BEGIN
    IF cardinality(p_tokens) = 1 THEN
        INSERT INTO {schema}.queue_tokens (queue, token, at) VALUES (p_queue, p_tokens[1], v_now) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RETURN ARRAY(SELECT generate_series(1, v_count));
        END IF;
        INSERT INTO {schema}.queue_messages (queue, lane, seq, token, since, enqueued_at, id, most_deliveries, envelope)
        SELECT p_queue, m.lane, nextval('{schema}.queue_numbers'), 0, v_now, v_now, m.id, m.most, m.envelope
        FROM unnest(p_lanes, p_ids, p_most, p_envelopes) AS m (lane, id, most, envelope);
    ELSE
        WITH added AS (
            INSERT INTO {schema}.queue_tokens (queue, token, at) SELECT p_queue, t, v_now FROM unnest(p_tokens) AS t ORDER BY t ON CONFLICT DO NOTHING RETURNING token)
        SELECT array_agg(token) INTO v_fresh FROM added;
        IF v_fresh IS NULL OR cardinality(v_fresh) < v_count THEN
            v_repeats := ARRAY(SELECT t.ord::int FROM unnest(p_tokens) WITH ORDINALITY AS t (token, ord)
                WHERE t.token <> ALL (coalesce(v_fresh, '{}')) OR EXISTS (SELECT FROM unnest(p_tokens[:t.ord - 1]) AS before WHERE before = t.token));
        END IF;
        INSERT INTO {schema}.queue_messages (queue, lane, seq, token, since, enqueued_at, id, most_deliveries, envelope)
        SELECT p_queue, m.lane, nextval('{schema}.queue_numbers'), 0, v_now, v_now, m.id, m.most, m.envelope
        FROM unnest(p_lanes, p_ids, p_most, p_envelopes) WITH ORDINALITY AS m (lane, id, most, envelope, ord)
        WHERE v_repeats IS NULL OR m.ord <> ALL (v_repeats);
        v_count := v_count - coalesce(cardinality(v_repeats), 0);
    END IF;
    IF v_count > 0 THEN
        INSERT INTO {schema}.queue_counts (queue, enqueued) VALUES (p_queue, v_count);
    END IF;
    RETURN v_repeats;
END $fn$;

-- Adds messages of any kind, without looking whether the call is a repeat or the queue is full. p_first is the index of the first of them.
-- Gives the indexes (from 1) and the first ids of those that are duplicates by their key.
CREATE FUNCTION {schema}.queue_add_each(
    p_queue int, p_lanes int[], p_ids uuid[], p_most int[], p_envelopes bytea[], p_keys text[], p_dues bigint[], p_delays bigint[], p_duplicates text[], p_window bigint,
    OUT o_duplicates int[], OUT o_firsts uuid[])
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_first uuid;
BEGIN
    FOR v_at IN 1 .. cardinality(p_ids) LOOP
        CONTINUE WHEN p_duplicates[v_at] IS NULL;
        INSERT INTO {schema}.queue_duplicates AS known (tenant, key, id, until)
        VALUES (p_lanes[v_at] / 10, p_duplicates[v_at], p_ids[v_at], v_now + p_window * interval '1 microsecond')
        ON CONFLICT (tenant, key) DO UPDATE SET id = excluded.id, until = excluded.until WHERE known.until <= v_now;
        IF NOT FOUND THEN
            SELECT id INTO v_first FROM {schema}.queue_duplicates WHERE tenant = p_lanes[v_at] / 10 AND key = p_duplicates[v_at];
            o_duplicates := o_duplicates || v_at;
            o_firsts := o_firsts || v_first;
        END IF;
    END LOOP;

    -- Two inserts of one statement each number their rows; what is ready and what is delayed do not meet.
    INSERT INTO {schema}.queue_scheduled (queue, lane, seq, token, since, enqueued_at, id, most_deliveries, ordering_key, envelope, due)
    SELECT p_queue, m.lane, nextval('{schema}.queue_numbers'), 0, m.due, v_now, m.id, m.most, m.key, m.envelope, m.due
    FROM (SELECT u.*, coalesce(timestamptz 'epoch' + u.at * interval '1 microsecond', v_now + u.delay * interval '1 microsecond') AS due
        FROM unnest(p_lanes, p_ids, p_most, p_envelopes, p_keys, p_dues, p_delays) WITH ORDINALITY AS u (lane, id, most, envelope, key, at, delay, ord)) AS m
    WHERE m.due > v_now AND m.ord <> ALL (coalesce(o_duplicates, '{}'));
    INSERT INTO {schema}.queue_messages (queue, lane, seq, token, since, enqueued_at, line, id, most_deliveries, ordering_key, envelope)
    SELECT p_queue, m.lane, m.seq, 0, v_now, v_now, CASE WHEN m.key IS NOT NULL THEN m.seq END, m.id, m.most, m.key, m.envelope
    FROM (SELECT u.*, nextval('{schema}.queue_numbers') AS seq
        FROM unnest(p_lanes, p_ids, p_most, p_envelopes, p_keys, p_dues, p_delays) WITH ORDINALITY AS u (lane, id, most, envelope, key, at, delay, ord)
        WHERE coalesce(timestamptz 'epoch' + u.at * interval '1 microsecond', v_now + u.delay * interval '1 microsecond', v_now) <= v_now
            AND u.ord <> ALL (coalesce(o_duplicates, '{}')) OFFSET 0) AS m;
    IF cardinality(p_ids) > coalesce(cardinality(o_duplicates), 0) THEN
        INSERT INTO {schema}.queue_counts (queue, enqueued) VALUES (p_queue, cardinality(p_ids) - coalesce(cardinality(o_duplicates), 0));
    END IF;
END $fn$;

-- Says how many messages are in a queue, dead letters apart.
CREATE FUNCTION {schema}.queue_depth(p_queue int) RETURNS bigint LANGUAGE sql STABLE AS $fn$
    SELECT coalesce(sum(enqueued + redriven - completed - dead), 0)::bigint FROM {schema}.queue_counts WHERE queue = p_queue
$fn$;

-- Adds messages of any kind, all or none. o_status: 0 the queue is full, 1 done, 2 the call is a repeat, 3 the ticket waits for room.
CREATE FUNCTION {schema}.queue_add_any(
    p_queue int, p_token uuid, p_lanes int[], p_ids uuid[], p_most int[], p_envelopes bytea[], p_keys text[], p_dues bigint[], p_delays bigint[], p_duplicates text[],
    p_window bigint, p_capacity bigint, p_ticket uuid, p_ticket_time bigint, p_most_deliveries int, p_blocks boolean, OUT o_status int, OUT o_duplicates int[], OUT o_firsts uuid[], OUT o_freed boolean)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_now timestamptz;
    v_added int;
    v_head uuid;
BEGIN
    o_freed := false;
    IF EXISTS (SELECT FROM {schema}.queue_tokens WHERE queue = p_queue AND token = p_token) THEN
        o_status := 2;
        RETURN;
    END IF;
    IF p_capacity IS NOT NULL THEN
        -- Producers of a queue with a bound go one after the other: each has to see what the one before has added.
        PERFORM FROM {schema}.queues WHERE id = p_queue FOR NO KEY UPDATE;
        v_now := clock_timestamp();
        PERFORM {schema}.queue_reclaim(p_queue, v_now, p_most_deliveries, p_blocks);
        SELECT count(DISTINCT coalesce((d.lane / 10) || ' ' || d.key, d.ord::text)) INTO v_added
        FROM unnest(p_lanes, p_duplicates) WITH ORDINALITY AS d (lane, key, ord)
        WHERE d.key IS NULL OR NOT EXISTS (SELECT FROM {schema}.queue_duplicates known WHERE known.tenant = d.lane / 10 AND known.key = d.key AND known.until > v_now);
        IF v_added > 0 THEN
            DELETE FROM {schema}.queue_producers WHERE queue = p_queue AND until <= v_now;
            SELECT ticket INTO v_head FROM {schema}.queue_producers WHERE queue = p_queue ORDER BY number LIMIT 1;
            IF v_added > p_capacity - {schema}.queue_depth(p_queue) OR (p_ticket IS NOT NULL AND v_head IS NOT NULL AND v_head <> p_ticket) THEN
                IF p_ticket IS NULL THEN
                    o_status := 0;
                    RETURN;
                END IF;
                o_status := 3;
                UPDATE {schema}.queue_producers SET until = v_now + p_ticket_time * interval '1 microsecond' WHERE queue = p_queue AND ticket = p_ticket;
                IF NOT FOUND THEN
                    INSERT INTO {schema}.queue_producers VALUES (p_queue, nextval('{schema}.queue_numbers'), p_ticket, v_now + p_ticket_time * interval '1 microsecond');
                END IF;
                RETURN;
            END IF;
        END IF;
        IF p_ticket IS NOT NULL THEN
            DELETE FROM {schema}.queue_producers WHERE queue = p_queue AND ticket = p_ticket;
            o_freed := FOUND AND EXISTS (SELECT FROM {schema}.queue_producers WHERE queue = p_queue);
        END IF;
    END IF;
    INSERT INTO {schema}.queue_tokens (queue, token, at) VALUES (p_queue, p_token, clock_timestamp()) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        o_status := 2;
        RETURN;
    END IF;
    o_status := 1;
    SELECT a.o_duplicates, a.o_firsts INTO o_duplicates, o_firsts
    FROM {schema}.queue_add_each(p_queue, p_lanes, p_ids, p_most, p_envelopes, p_keys, p_dues, p_delays, p_duplicates, p_window) AS a;
END $fn$;

-- Takes a producer out of the line of those that wait for room. Gives whether another waits.
CREATE FUNCTION {schema}.queue_leave(p_queue int, p_ticket uuid) RETURNS boolean LANGUAGE plpgsql AS $fn$
BEGIN
    DELETE FROM {schema}.queue_producers WHERE queue = p_queue AND ticket = p_ticket;
    RETURN EXISTS (SELECT FROM {schema}.queue_producers WHERE queue = p_queue);
END $fn$;
