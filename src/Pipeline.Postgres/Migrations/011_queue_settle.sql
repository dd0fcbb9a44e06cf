-- Queues: the functions that end, renew and give up leases, and count.

-- Ends messages that are done. Gives the indexes (from 1) of the receipts whose lease was lost. p_finished: the tokens of receives of which nothing is left.
CREATE FUNCTION {schema}.queue_complete(p_queue int, p_lanes int[], p_seqs bigint[], p_tokens bigint[], p_messages uuid[], p_keyed boolean, p_finished bigint[]) RETURNS int[]
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_gone int;
    v_ended int[] := '{}';
    v_row record;
BEGIN
    IF p_keyed THEN
        FOR v_row IN
            WITH gone AS (
                DELETE FROM {schema}.queue_messages m USING unnest(p_lanes, p_seqs, p_tokens, p_messages) WITH ORDINALITY AS r (lane, seq, token, id, ord)
                WHERE m.queue = p_queue AND m.lane = r.lane AND m.seq = r.seq AND m.token = r.token AND m.id = r.id AND m.lease_until > v_now
                RETURNING m.lane / 10 AS tenant, r.ord::int, m.ordering_key, m.line)
            SELECT * FROM gone ORDER BY tenant, ordering_key
        LOOP
            v_ended := v_ended || v_row.ord;
            IF v_row.ordering_key IS NOT NULL THEN
                PERFORM {schema}.queue_advance(p_queue, v_row.tenant, v_row.ordering_key, v_row.line);
            END IF;
        END LOOP;
    ELSE
        WITH gone AS (
            DELETE FROM {schema}.queue_messages m USING unnest(p_lanes, p_seqs, p_tokens, p_messages) WITH ORDINALITY AS r (lane, seq, token, id, ord)
            WHERE m.queue = p_queue AND m.lane = r.lane AND m.seq = r.seq AND m.token = r.token AND m.id = r.id AND m.lease_until > v_now
            RETURNING r.ord::int)
        SELECT coalesce(array_agg(ord), '{}') INTO v_ended FROM gone;
    END IF;
    v_gone := cardinality(v_ended);
    IF v_gone > 0 THEN
        INSERT INTO {schema}.queue_counts (queue, completed) VALUES (p_queue, v_gone);
    END IF;
    IF cardinality(p_finished) > 0 THEN
        DELETE FROM {schema}.queue_receives WHERE token = ANY (p_finished);
    END IF;
    IF v_gone = cardinality(p_seqs) THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(SELECT i FROM generate_series(1, cardinality(p_seqs)) AS i WHERE i <> ALL (v_ended));
END $fn$;

-- Ends messages that are done and adds what follows from them. p_afters says of each follow-up after which completion (from 1) it comes, p_targets to which queue, in order.
-- Gives the lost ones as queue_complete does.
CREATE FUNCTION {schema}.queue_complete_with(
    p_queue int, p_lanes int[], p_seqs bigint[], p_tokens bigint[], p_messages uuid[], p_keyed boolean, p_finished bigint[],
    p_afters int[], p_targets int[], p_windows bigint[],
    p_follow_lanes int[], p_ids uuid[], p_most int[], p_envelopes bytea[], p_keys text[], p_dues bigint[], p_delays bigint[], p_duplicates text[]) RETURNS int[]
LANGUAGE plpgsql AS $fn$
DECLARE
    v_lost int[];
    v_at int;
BEGIN
    v_lost := {schema}.queue_complete(p_queue, p_lanes, p_seqs, p_tokens, p_messages, p_keyed, p_finished);
    FOR v_at IN 1 .. cardinality(p_afters) LOOP
        IF v_lost IS NULL OR p_afters[v_at] <> ALL (v_lost) THEN
            PERFORM {schema}.queue_add_each(
                p_targets[v_at], p_follow_lanes[v_at:v_at], p_ids[v_at:v_at], p_most[v_at:v_at], p_envelopes[v_at:v_at], p_keys[v_at:v_at], p_dues[v_at:v_at],
                p_delays[v_at:v_at], p_duplicates[v_at:v_at], p_windows[v_at]);
        END IF;
    END LOOP;
    RETURN v_lost;
END $fn$;

-- Makes leases last from now on. Gives the lost ones as queue_complete does.
CREATE FUNCTION {schema}.queue_renew(p_queue int, p_lanes int[], p_seqs bigint[], p_tokens bigint[], p_messages uuid[], p_lease bigint) RETURNS int[]
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_ended int[] := '{}';
BEGIN
    -- A receive's row is looked at when its first lease would have run out, and tells then of a longer one; of a shorter one it is told here.
    UPDATE {schema}.queue_receives SET until = v_now + p_lease * interval '1 microsecond' WHERE token = ANY (p_tokens) AND until > v_now + p_lease * interval '1 microsecond';
    WITH kept AS (
        UPDATE {schema}.queue_messages m SET lease_until = v_now + p_lease * interval '1 microsecond' FROM unnest(p_lanes, p_seqs, p_tokens, p_messages) WITH ORDINALITY AS r (lane, seq, token, id, ord)
        WHERE m.queue = p_queue AND m.lane = r.lane AND m.seq = r.seq AND m.token = r.token AND m.id = r.id AND m.lease_until > v_now RETURNING r.ord::int)
    SELECT coalesce(array_agg(ord), '{}') INTO v_ended FROM kept;
    RETURN ARRAY(SELECT i FROM generate_series(1, cardinality(p_seqs)) AS i WHERE i <> ALL (v_ended));
END $fn$;

-- Gives messages up. p_endings: f failed, d deferred, r returned, x rejected; p_numbers: the delay in microseconds, of x the reason of its death.
-- Gives the lost ones as queue_complete does.
CREATE FUNCTION {schema}.queue_abandon(
    p_queue int, p_lanes int[], p_seqs bigint[], p_tokens bigint[], p_messages uuid[], p_endings text[], p_numbers bigint[], p_errors bytea[], p_checkpoints bytea[], p_most int, p_blocks boolean,
    p_finished bigint[]) RETURNS int[]
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_row record;
    v_at tid;
    v_ended int[] := '{}';
    v_failures int := 0;
BEGIN
    -- In the order of the calls, so that those of one lane stand in it; by that order two calls lock in any, and the server undoes one that deadlocks.
    FOR v_row IN
        SELECT m.ctid AS at, r.ord::int, r.ending, r.number, r.error, r.checkpoint, m.ordering_key,
            r.ending = 'f' AND m.failures + m.crashes + 1 >= coalesce(nullif(m.most_deliveries, 0), p_most) AS is_exhausted
        FROM unnest(p_lanes, p_seqs, p_tokens, p_messages, p_endings, p_numbers, p_errors, p_checkpoints) WITH ORDINALITY
            AS r (lane, seq, token, id, ending, number, error, checkpoint, ord)
        JOIN {schema}.queue_messages m ON m.queue = p_queue AND m.lane = r.lane AND m.seq = r.seq AND m.token = r.token AND m.id = r.id AND m.lease_until > v_now
        ORDER BY r.ord FOR UPDATE OF m
    LOOP
        v_at := NULL;
        UPDATE {schema}.queue_messages m
        SET lease_until = NULL, checkpoint = coalesce(v_row.checkpoint, m.checkpoint),
            failures = m.failures + (v_row.ending IN ('f', 'x'))::int, deliveries = m.deliveries - (v_row.ending IN ('d', 'r'))::int,
            attempts = CASE WHEN v_row.ending IN ('f', 'x') THEN {schema}.queue_attempts(m.attempts, {schema}.queue_attempt(m.deliveries, v_now, 0, v_row.error)) ELSE m.attempts END,
            seq = CASE WHEN v_row.ending IN ('f', 'd') AND v_row.number = 0 AND NOT v_row.is_exhausted THEN nextval('{schema}.queue_numbers') ELSE m.seq END,
            since = v_now
        WHERE m.ctid = v_row.at AND m.lease_until IS NOT NULL
        RETURNING m.ctid INTO v_at;
        CONTINUE WHEN v_at IS NULL;
        v_ended := v_ended || v_row.ord;
        v_failures := v_failures + (v_row.ending IN ('f', 'x'))::int;
        IF v_row.ending = 'x' OR v_row.is_exhausted THEN
            PERFORM {schema}.queue_bury(v_at, CASE WHEN v_row.ending = 'x' THEN v_row.number::int ELSE 0 END, p_blocks);
        ELSIF v_row.number > 0 THEN
            WITH held AS (DELETE FROM {schema}.queue_messages WHERE ctid = v_at RETURNING *)
            INSERT INTO {schema}.queue_scheduled (
                queue, lane, seq, token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key, envelope, checkpoint, attempts, due)
            SELECT queue, lane, nextval('{schema}.queue_numbers'), token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key,
                envelope, checkpoint, attempts, v_now + v_row.number * interval '1 microsecond' FROM held;
        END IF;
    END LOOP;
    IF v_failures > 0 THEN
        INSERT INTO {schema}.queue_counts (queue, failures) VALUES (p_queue, v_failures);
    END IF;
    IF cardinality(p_finished) > 0 THEN
        DELETE FROM {schema}.queue_receives WHERE token = ANY (p_finished);
    END IF;
    RETURN ARRAY(SELECT i FROM generate_series(1, cardinality(p_seqs)) AS i WHERE i <> ALL (v_ended));
END $fn$;

-- Counts what is in the queue and what went through it, after doing what time alone has brought.
CREATE FUNCTION {schema}.queue_stats(p_queue int, p_most int, p_blocks boolean)
RETURNS TABLE (o_ready bigint, o_blocked bigint, o_leased bigint, o_delayed bigint, o_dead bigint, o_oldest bigint, o_enqueued bigint, o_completed bigint, o_failures bigint,
    o_crashes bigint, o_deaths bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    FOR v_round IN 1 .. 10 LOOP
        PERFORM {schema}.queue_promote(p_queue, v_now);
        PERFORM {schema}.queue_reclaim(p_queue, v_now, p_most, p_blocks);
        EXIT WHEN NOT EXISTS (SELECT FROM {schema}.queue_scheduled WHERE queue = p_queue AND due <= v_now)
            AND NOT EXISTS (SELECT FROM {schema}.queue_receives WHERE queue = p_queue AND until <= v_now);
    END LOOP;

    -- One statement, so that all figures are of one moment.
    RETURN QUERY
    WITH RECURSIVE lanes (lane) AS (
        (SELECT m.lane FROM {schema}.queue_messages m WHERE m.queue = p_queue ORDER BY m.lane LIMIT 1)
        UNION ALL
        SELECT (SELECT m.lane FROM {schema}.queue_messages m WHERE m.queue = p_queue AND m.lane > k.lane ORDER BY m.lane LIMIT 1) FROM lanes k WHERE k.lane IS NOT NULL),
    totals AS (
        SELECT coalesce(sum(c.enqueued), 0)::bigint AS enqueued, coalesce(sum(c.completed), 0)::bigint AS completed, coalesce(sum(c.failures), 0)::bigint AS failures,
            coalesce(sum(c.crashes), 0)::bigint AS crashes, coalesce(sum(c.dead), 0)::bigint AS dead, coalesce(sum(c.redriven), 0)::bigint AS redriven
        FROM {schema}.queue_counts c WHERE c.queue = p_queue),
    leased AS (
        SELECT count(*) AS count
        FROM {schema}.queue_receives g CROSS JOIN LATERAL unnest(g.lanes, g.seqs) AS r (lane, seq)
        JOIN {schema}.queue_messages m ON m.queue = p_queue AND m.lane = r.lane AND m.seq = r.seq AND m.token = g.token AND m.lease_until IS NOT NULL
        WHERE g.queue = p_queue),
    delayed AS (SELECT count(*) AS count FROM {schema}.queue_scheduled s WHERE s.queue = p_queue),
    -- Of an ordering key the first can be received, unless a message before it is worked on, waits or is dead.
    blocked AS (
        SELECT count(*) FILTER (WHERE m.line <> coalesce(l.holder, m.first)) + (SELECT count(*) FROM {schema}.queue_blocked b WHERE b.queue = p_queue) AS count
        FROM (SELECT k.lane / 10 AS tenant, k.ordering_key, k.line, min(k.line) OVER (PARTITION BY k.lane / 10, k.ordering_key) AS first
            FROM {schema}.queue_messages k WHERE k.ordering_key IS NOT NULL AND k.queue = p_queue AND k.lease_until IS NULL) AS m
        LEFT JOIN {schema}.queue_lines l ON l.tenant = m.tenant AND l.ordering_key = m.ordering_key),
    -- A lane stands in the order of readiness, but for what was returned to its head.
    oldest AS (
        SELECT (extract(epoch FROM v_now - min(m.since)) * 1000000)::bigint AS age
        FROM lanes k CROSS JOIN LATERAL (
            SELECT m.since FROM {schema}.queue_messages m
            WHERE m.queue = p_queue AND m.lane = k.lane AND m.lease_until IS NULL AND (m.ordering_key IS NULL OR m.line = coalesce(
                (SELECT l.holder FROM {schema}.queue_lines l WHERE l.tenant = m.lane / 10 AND l.ordering_key = m.ordering_key),
                (SELECT min(o.line) FROM {schema}.queue_messages o WHERE o.lane / 10 = m.lane / 10 AND o.ordering_key = m.ordering_key)))
            ORDER BY m.seq LIMIT 100) AS m
        WHERE k.lane IS NOT NULL)
    SELECT t.enqueued + t.redriven - t.completed - t.dead - blocked.count - leased.count - delayed.count, blocked.count, leased.count, delayed.count,
        (SELECT count(*) FROM {schema}.queue_dead d WHERE d.queue = p_queue), greatest(coalesce(oldest.age, 0), 0), t.enqueued, t.completed, t.failures, t.crashes, t.dead
    FROM totals t, leased, delayed, blocked, oldest;
END $fn$;
