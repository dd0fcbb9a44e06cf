-- Queues: the functions that lease messages.

-- Says which messages of those that were picked (and locked) may go, as their ordering keys stand; moves the others out of the way of later receives, but for those
-- on whose key somebody acts just now: these are skipped this time.
CREATE FUNCTION {schema}.queue_enter_lines(p_queue int, p_rows tid[], OUT o_entered tid[], OUT o_skipped tid[])
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $fn$
DECLARE
    v_row record;
    v_holder bigint;
    v_barred tid[] := '{}';
BEGIN
    o_skipped := '{}';
    FOR v_row IN
        SELECT m.ctid AS at, m.lane / 10 AS tenant, m.ordering_key, m.line FROM unnest(p_rows) AS r JOIN {schema}.queue_messages m ON m.ctid = r
        WHERE m.ordering_key IS NOT NULL ORDER BY tenant, m.ordering_key, m.line
    LOOP
        SELECT holder INTO v_holder FROM {schema}.queue_lines WHERE tenant = v_row.tenant AND ordering_key = v_row.ordering_key FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            -- Somebody acts on the key, or there is no line yet.
            IF EXISTS (SELECT FROM {schema}.queue_lines WHERE tenant = v_row.tenant AND ordering_key = v_row.ordering_key) THEN
                o_skipped := o_skipped || v_row.at;
                CONTINUE;
            END IF;
            SELECT least(v_row.line, (SELECT line FROM {schema}.queue_messages WHERE lane / 10 = v_row.tenant AND ordering_key = v_row.ordering_key ORDER BY line LIMIT 1))
            INTO v_holder;
            INSERT INTO {schema}.queue_lines (tenant, ordering_key, holder) VALUES (v_row.tenant, v_row.ordering_key, v_holder) ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN
                o_skipped := o_skipped || v_row.at;
                CONTINUE;
            END IF;
        END IF;
        IF v_holder <> v_row.line THEN
            v_barred := v_barred || v_row.at;
            WITH parked AS (DELETE FROM {schema}.queue_messages WHERE ctid = v_row.at RETURNING *)
            INSERT INTO {schema}.queue_blocked (
                queue, lane, seq, token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key, envelope, checkpoint, attempts, tenant)
            SELECT queue, lane, seq, token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key, envelope, checkpoint,
                attempts, lane / 10 FROM parked;
        END IF;
    END LOOP;
    o_entered := ARRAY(SELECT r FROM unnest(p_rows) WITH ORDINALITY AS u (r, ord) WHERE r <> ALL (v_barred) AND r <> ALL (o_skipped) ORDER BY ord);
END $fn$;

-- Picks messages of several tenants by turns, locks them, and moves the rounds on.
CREATE FUNCTION {schema}.queue_pick_by_turns(p_queue int, p_tenants int[], p_most int, p_weighted int[], p_weights int[], p_skipped tid[]) RETURNS tid[]
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $fn$
DECLARE
    v_nos int[];
    v_turns bigint[];
    v_lefts int[];
    v_weights int[];
    v_each int;
    v_rows tid[];
    v_picked int[];
BEGIN
    -- Other receives of the moment take other tenants; where all are taken, without moving the rounds.
    SELECT array_agg(t.no ORDER BY t.turn), array_agg(t.turn ORDER BY t.turn),
        array_agg(CASE WHEN t.turn_left > 0 THEN t.turn_left ELSE coalesce(p_weights[array_position(p_weighted, t.no)], 1) END ORDER BY t.turn),
        array_agg(coalesce(p_weights[array_position(p_weighted, t.no)], 1) ORDER BY t.turn)
    INTO v_nos, v_turns, v_lefts, v_weights
    FROM (SELECT * FROM {schema}.queue_tenants t
        WHERE t.no = ANY (p_tenants) AND EXISTS (SELECT FROM {schema}.queue_messages m
            WHERE m.queue = p_queue AND m.lane >= t.no * 10 AND m.lane < t.no * 10 + 10 AND m.lease_until IS NULL AND m.ctid <> ALL (p_skipped))
        ORDER BY t.turn LIMIT p_most FOR UPDATE SKIP LOCKED) AS t;
    IF v_nos IS NULL THEN
        RETURN ARRAY(SELECT m.ctid FROM {schema}.queue_messages m WHERE m.queue = p_queue AND m.lease_until IS NULL AND m.ctid <> ALL (p_skipped)
            ORDER BY m.lane, m.seq LIMIT p_most FOR UPDATE SKIP LOCKED);
    END IF;

    -- Enough of each for the rounds that the whole takes; if some have less, then of the others as much as there is.
    v_each := p_most / (SELECT sum(w) FROM unnest(v_weights) AS w) + 2;
    LOOP
        SELECT array_agg(c.at ORDER BY c.round, c.ord, c.rank), array_agg(c.ord ORDER BY c.round, c.ord, c.rank)
        INTO v_rows, v_picked
        FROM (
            SELECT m.at, t.ord::int, m.rank, CASE WHEN m.rank <= t.turn_left THEN 0 ELSE 1 + (m.rank - t.turn_left - 1) / t.weight END AS round
            FROM unnest(v_nos, v_lefts, v_weights) WITH ORDINALITY AS t (no, turn_left, weight, ord)
            CROSS JOIN LATERAL (
                SELECT c.at, row_number() OVER () AS rank
                FROM (SELECT m.ctid AS at FROM {schema}.queue_messages m
                    WHERE m.queue = p_queue AND m.lane >= t.no * 10 AND m.lane < t.no * 10 + 10 AND m.lease_until IS NULL AND m.ctid <> ALL (p_skipped)
                    ORDER BY m.lane, m.seq LIMIT least(p_most, v_each * t.weight) FOR UPDATE SKIP LOCKED) AS c) AS m
            ORDER BY round, t.ord, m.rank LIMIT p_most) AS c;
        EXIT WHEN v_each >= p_most OR coalesce(cardinality(v_rows), 0) >= p_most;
        v_each := p_most;
    END LOOP;

    -- Who has had a whole turn stands behind all who have not; who is in the middle of one goes on with it.
    UPDATE {schema}.queue_tenants t
    SET turn_left = CASE WHEN s.taken < s.turn_left THEN s.turn_left - s.taken ELSE s.weight - (s.taken - s.turn_left) % s.weight END,
        turn = CASE WHEN s.taken < s.turn_left THEN t.turn ELSE s.base + s.rank END
    FROM (
        SELECT u.no, u.turn_left, u.weight, u.taken, base.number * 1024 AS base,
            row_number() OVER (ORDER BY CASE WHEN u.taken < u.turn_left THEN 0 ELSE 1 + (u.taken - u.turn_left) / u.weight END, u.ord) AS rank
        FROM (SELECT t.no, t.turn_left, t.weight, t.ord, (SELECT count(*) FROM unnest(v_picked) AS p WHERE p = t.ord)::int AS taken
            FROM unnest(v_nos, v_lefts, v_weights) WITH ORDINALITY AS t (no, turn_left, weight, ord)) AS u,
            (SELECT nextval('{schema}.queue_numbers') AS number) AS base
        WHERE u.taken > 0) AS s
    WHERE t.no = s.no;
    RETURN coalesce(v_rows, '{}');
END $fn$;

-- Leases what was picked. Gives each message with its place in the order of delivery.
CREATE FUNCTION {schema}.queue_lease(p_queue int, p_rows tid[], p_now timestamptz, p_lease bigint, p_nonce bigint)
RETURNS TABLE (o_ord bigint, o_lane int, o_seq bigint, o_token bigint, o_id uuid, o_deliveries int, o_failures int, o_crashes int, o_most int, o_enqueued bigint, o_key text,
    o_envelope bytea, o_checkpoint bytea, o_tenants int[], o_next bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $fn$
DECLARE
    v_token bigint := nextval('{schema}.queue_numbers');
    v_until timestamptz := p_now + p_lease * interval '1 microsecond';
BEGIN
    RETURN QUERY
    WITH leased AS (
        UPDATE {schema}.queue_messages m SET token = v_token, lease_until = v_until, deliveries = m.deliveries + 1
        FROM unnest(p_rows) WITH ORDINALITY AS r (at, ord) WHERE m.ctid = r.at
        RETURNING r.ord, m.lane, m.seq, m.id, m.deliveries, m.failures, m.crashes, m.most_deliveries, m.enqueued_at, m.ordering_key, m.envelope, m.checkpoint),
    receive AS (
        INSERT INTO {schema}.queue_receives (token, queue, until, nonce, lanes, seqs)
        SELECT v_token, p_queue, v_until, p_nonce, array_agg(lane ORDER BY ord), array_agg(seq ORDER BY ord) FROM leased HAVING count(*) > 0)
    SELECT l.ord, l.lane, l.seq, v_token, l.id, l.deliveries, l.failures, l.crashes, l.most_deliveries, (extract(epoch FROM l.enqueued_at) * 1000000)::bigint, l.ordering_key,
        l.envelope, l.checkpoint, NULL::int[], NULL::bigint
    FROM leased l;
END $fn$;

-- Leases messages of one tenant, known to be the only one, from where the last receive found the first: the fast way, taken while a queue is busy.
-- What stands before that place, such as leases that ran out, the other way finds, which is taken now and then.
CREATE FUNCTION {schema}.queue_receive_from(p_queue int, p_most int, p_lease bigint, p_nonce bigint, p_lane int, p_floor bigint)
RETURNS TABLE (o_ord bigint, o_lane int, o_seq bigint, o_token bigint, o_id uuid, o_deliveries int, o_failures int, o_crashes int, o_most int, o_enqueued bigint, o_key text,
    o_envelope bytea, o_checkpoint bytea, o_tenants int[], o_next bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $fn$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_rows tid[];
    v_keyed boolean;
    v_more tid[];
BEGIN
    SELECT array_agg(c.at), bool_or(c.ordering_key IS NOT NULL) INTO v_rows, v_keyed
    FROM (SELECT m.ctid AS at, m.ordering_key FROM {schema}.queue_messages m
        WHERE m.queue = p_queue AND m.lane >= p_lane / 10 * 10 AND m.lane < p_lane AND m.lease_until IS NULL
        ORDER BY m.lane, m.seq LIMIT p_most FOR UPDATE SKIP LOCKED) AS c;
    IF coalesce(cardinality(v_rows), 0) < p_most THEN
        SELECT array_agg(c.at), bool_or(c.ordering_key IS NOT NULL) OR coalesce(v_keyed, false) INTO v_more, v_keyed
        FROM (SELECT m.ctid AS at, m.ordering_key FROM {schema}.queue_messages m
            WHERE m.queue = p_queue AND m.lane = p_lane AND m.seq >= p_floor AND m.lease_until IS NULL
            ORDER BY m.lane, m.seq LIMIT p_most - coalesce(cardinality(v_rows), 0) FOR UPDATE SKIP LOCKED) AS c;
        v_rows := coalesce(v_rows, '{}') || coalesce(v_more, '{}');
    END IF;
    IF v_keyed THEN
        SELECT o_entered INTO v_rows FROM {schema}.queue_enter_lines(p_queue, v_rows);
    END IF;
    IF cardinality(v_rows) > 0 THEN
        RETURN QUERY SELECT * FROM {schema}.queue_lease(p_queue, v_rows, v_now, p_lease, p_nonce);
    END IF;
END $fn$;

-- Leases messages after doing what time alone has brought. Where there are none, one row says when the next is due or a lease runs out, in microseconds from now.
CREATE FUNCTION {schema}.queue_receive(
    p_queue int, p_most int, p_lease bigint, p_nonce bigint, p_lost bigint[], p_most_deliveries int, p_blocks boolean, p_weighted int[], p_weights int[], p_tidies boolean)
RETURNS TABLE (o_ord bigint, o_lane int, o_seq bigint, o_token bigint, o_id uuid, o_deliveries int, o_failures int, o_crashes int, o_most int, o_enqueued bigint, o_key text,
    o_envelope bytea, o_checkpoint bytea, o_tenants int[], o_next bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $fn$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_tenants int[];
    v_picked tid[];
    v_entered tid[];
    v_skipped tid[] := '{}';
    v_more tid[];
    v_rows tid[] := '{}';
BEGIN
    IF cardinality(p_lost) > 0 THEN
        PERFORM {schema}.queue_give_back(p_queue, p_lost);
    END IF;
    IF p_tidies THEN
        PERFORM {schema}.queue_tidy(p_queue, v_now);
    END IF;
    PERFORM {schema}.queue_promote(p_queue, v_now);
    PERFORM {schema}.queue_reclaim(p_queue, v_now, p_most_deliveries, p_blocks);
    WITH RECURSIVE known (no) AS (
        (SELECT m.lane / 10 FROM {schema}.queue_messages m WHERE m.queue = p_queue ORDER BY m.lane LIMIT 1)
        UNION ALL
        SELECT (SELECT m.lane / 10 FROM {schema}.queue_messages m WHERE m.queue = p_queue AND m.lane >= k.no * 10 + 10 ORDER BY m.lane LIMIT 1) FROM known k WHERE k.no IS NOT NULL)
    SELECT array_agg(no) INTO v_tenants FROM known WHERE no IS NOT NULL;
    LOOP
        EXIT WHEN v_tenants IS NULL OR cardinality(v_rows) >= p_most;
        IF cardinality(v_tenants) = 1 THEN
            v_picked := ARRAY(SELECT m.ctid FROM {schema}.queue_messages m
                WHERE m.queue = p_queue AND m.lease_until IS NULL AND m.ctid <> ALL (v_skipped)
                ORDER BY m.lane, m.seq LIMIT p_most - cardinality(v_rows) FOR UPDATE SKIP LOCKED);
        ELSE
            v_picked := {schema}.queue_pick_by_turns(p_queue, v_tenants, p_most - cardinality(v_rows), p_weighted, p_weights, v_skipped);
        END IF;
        EXIT WHEN cardinality(v_picked) = 0;
        IF EXISTS (SELECT FROM unnest(v_picked) AS r JOIN {schema}.queue_messages m ON m.ctid = r WHERE m.ordering_key IS NOT NULL) THEN
            SELECT o_entered, o_skipped INTO v_entered, v_more FROM {schema}.queue_enter_lines(p_queue, v_picked);
            v_skipped := v_skipped || v_more;
        ELSE
            v_entered := v_picked;
        END IF;
        RETURN QUERY SELECT l.o_ord + cardinality(v_rows), l.o_lane, l.o_seq, l.o_token, l.o_id, l.o_deliveries, l.o_failures, l.o_crashes, l.o_most, l.o_enqueued, l.o_key,
            l.o_envelope, l.o_checkpoint, v_tenants, NULL::bigint
        FROM {schema}.queue_lease(p_queue, v_entered, v_now, p_lease, p_nonce) AS l;
        v_rows := v_rows || v_entered;
        EXIT WHEN cardinality(v_entered) = cardinality(v_picked);
    END LOOP;
    IF cardinality(v_rows) = 0 THEN
        RETURN QUERY SELECT NULL::bigint, NULL::int, NULL::bigint, NULL::bigint, NULL::uuid, NULL::int, NULL::int, NULL::int, NULL::int, NULL::bigint, NULL::text, NULL::bytea,
            NULL::bytea, v_tenants, (extract(epoch FROM least(
                (SELECT until FROM {schema}.queue_receives WHERE queue = p_queue ORDER BY until LIMIT 1),
                (SELECT due FROM {schema}.queue_scheduled WHERE queue = p_queue ORDER BY due LIMIT 1)) - v_now) * 1000000)::bigint;
    END IF;
END $fn$;

-- Says which of several queues have something to receive or to do, for a process whose consumers wait.
CREATE FUNCTION {schema}.queue_look(p_queues int[]) RETURNS SETOF int LANGUAGE sql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off AS $fn$
    SELECT q FROM unnest(p_queues) AS q
    WHERE EXISTS (SELECT FROM {schema}.queue_messages m WHERE m.queue = q AND m.lease_until IS NULL)
        OR EXISTS (SELECT FROM {schema}.queue_scheduled s WHERE s.queue = q AND s.due <= clock_timestamp())
        OR EXISTS (SELECT FROM {schema}.queue_receives r WHERE r.queue = q AND r.until <= clock_timestamp())
$fn$;
