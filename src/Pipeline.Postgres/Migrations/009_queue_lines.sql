-- Queues: ordering keys, and what time alone brings.

-- Frees an ordering key of a message that has left it, and lets the next go first. The key's line is locked: others that act on it wait, receives pass it over.
CREATE FUNCTION {schema}.queue_advance(p_queue int, p_tenant int, p_key text, p_line bigint) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE
    v_holder bigint;
    v_next bigint;
BEGIN
    SELECT holder INTO v_holder FROM {schema}.queue_lines WHERE tenant = p_tenant AND ordering_key = p_key FOR UPDATE;
    IF v_holder IS DISTINCT FROM p_line THEN
        RETURN;
    END IF;
    SELECT least(
        (SELECT line FROM {schema}.queue_blocked WHERE queue = p_queue AND tenant = p_tenant AND ordering_key = p_key ORDER BY line LIMIT 1),
        (SELECT line FROM {schema}.queue_messages WHERE lane / 10 = p_tenant AND ordering_key = p_key AND line <> p_line ORDER BY line LIMIT 1)) INTO v_next;
    IF v_next IS NULL THEN
        DELETE FROM {schema}.queue_lines WHERE tenant = p_tenant AND ordering_key = p_key;
        RETURN;
    END IF;
    UPDATE {schema}.queue_lines SET holder = v_next WHERE tenant = p_tenant AND ordering_key = p_key;
    WITH next AS (DELETE FROM {schema}.queue_blocked WHERE queue = p_queue AND tenant = p_tenant AND ordering_key = p_key AND line = v_next RETURNING *)
    INSERT INTO {schema}.queue_messages (
        queue, lane, seq, token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key, envelope, checkpoint, attempts)
    SELECT queue, lane, nextval('{schema}.queue_numbers'), token, clock_timestamp(), enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries,
        ordering_key, envelope, checkpoint, attempts
    FROM next;
    IF NOT FOUND THEN
        UPDATE {schema}.queue_messages SET since = clock_timestamp() WHERE lane / 10 = p_tenant AND ordering_key = p_key AND line = v_next;
    END IF;
END $fn$;

-- Makes a dead letter of a message that this transaction has locked. p_blocks: it holds its ordering key.
CREATE FUNCTION {schema}.queue_bury(p_row tid, p_reason int, p_blocks boolean) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE
    v_dead record;
BEGIN
    WITH gone AS (DELETE FROM {schema}.queue_messages WHERE ctid = p_row RETURNING *)
    INSERT INTO {schema}.queue_dead (
        queue, lane, seq, token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key, envelope, checkpoint, attempts,
        number, reason, dead_at)
    SELECT queue, lane, seq, token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key, envelope, checkpoint, attempts,
        nextval('{schema}.queue_numbers'), p_reason, clock_timestamp()
    FROM gone
    RETURNING queue, lane, ordering_key, line INTO v_dead;
    INSERT INTO {schema}.queue_counts (queue, dead) VALUES (v_dead.queue, 1);
    IF v_dead.ordering_key IS NOT NULL AND NOT p_blocks THEN
        PERFORM {schema}.queue_advance(v_dead.queue, v_dead.lane / 10, v_dead.ordering_key, v_dead.line);
    END IF;
END $fn$;

-- An attempt as it stands in a message: delivery, time, outcome (0 failed, 1 crashed), length of the error, error.
CREATE FUNCTION {schema}.queue_attempt(p_delivery int, p_now timestamptz, p_outcome int, p_error bytea) RETURNS bytea LANGUAGE sql STABLE AS $fn$
    SELECT int4send(p_delivery) || int8send((extract(epoch FROM p_now) * 1000000)::bigint) || set_byte('\x00', 0, p_outcome)
        || int2send(length(coalesce(p_error, ''))::int2) || coalesce(p_error, '')
$fn$;

-- The latest 32 attempts, with one more.
CREATE FUNCTION {schema}.queue_attempts(p_attempts bytea[], p_attempt bytea) RETURNS bytea[] LANGUAGE sql IMMUTABLE AS $fn$
    SELECT (p_attempts || p_attempt)[greatest(1, coalesce(cardinality(p_attempts), 0) - 30):]
$fn$;

-- Lets come what is due, up to a bound.
CREATE FUNCTION {schema}.queue_promote(p_queue int, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
BEGIN
    IF NOT EXISTS (SELECT FROM {schema}.queue_scheduled WHERE queue = p_queue AND due <= p_now) THEN
        RETURN;
    END IF;
    WITH due AS (
        DELETE FROM {schema}.queue_scheduled WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {schema}.queue_scheduled WHERE queue = p_queue AND due <= p_now ORDER BY due, seq LIMIT 1000 FOR UPDATE SKIP LOCKED))
        RETURNING *)
    INSERT INTO {schema}.queue_messages (
        queue, lane, seq, token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key, envelope, checkpoint, attempts)
    SELECT queue, lane, number, token, due, enqueued_at, CASE WHEN ordering_key IS NOT NULL THEN coalesce(line, number) END, id, deliveries, failures, crashes, redrives,
        most_deliveries, ordering_key, envelope, checkpoint, attempts
    FROM (SELECT sorted.*, nextval('{schema}.queue_numbers') AS number FROM (SELECT * FROM due ORDER BY due, seq) AS sorted OFFSET 0) AS numbered;
END $fn$;

-- Takes back what a receive has leased and no longer holds, charging a crash. What another transaction has locked is looked at again in a second.
CREATE FUNCTION {schema}.queue_reclaim(p_queue int, p_now timestamptz, p_most int, p_blocks boolean) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_receive record;
    v_row record;
    v_crashes int;
    v_locked timestamptz;
    v_until timestamptz;
BEGIN
    FOR v_receive IN
        SELECT token, lanes, seqs FROM {schema}.queue_receives WHERE queue = p_queue AND until <= p_now ORDER BY until LIMIT 100 FOR UPDATE SKIP LOCKED
    LOOP
        v_crashes := 0;
        FOR v_row IN
            SELECT m.ctid AS at, m.failures + m.crashes + 1 >= coalesce(nullif(m.most_deliveries, 0), p_most) AS is_exhausted
            FROM unnest(v_receive.lanes, v_receive.seqs) WITH ORDINALITY AS r (lane, seq, ord)
            JOIN {schema}.queue_messages m ON m.queue = p_queue AND m.lane = r.lane AND m.seq = r.seq AND m.token = v_receive.token AND m.lease_until <= p_now
            ORDER BY r.ord FOR UPDATE OF m SKIP LOCKED
        LOOP
            v_crashes := v_crashes + 1;
            UPDATE {schema}.queue_messages m
            SET crashes = m.crashes + 1, attempts = {schema}.queue_attempts(m.attempts, {schema}.queue_attempt(m.deliveries, p_now, 1, NULL)),
                lease_until = NULL, since = p_now, seq = nextval('{schema}.queue_numbers')
            WHERE m.ctid = v_row.at RETURNING m.ctid INTO v_row.at;
            IF v_row.is_exhausted THEN
                PERFORM {schema}.queue_bury(v_row.at, 0, p_blocks);
            END IF;
        END LOOP;
        IF v_crashes > 0 THEN
            INSERT INTO {schema}.queue_counts (queue, crashes) VALUES (p_queue, v_crashes);
        END IF;
        SELECT min(p_now + interval '1 second') FILTER (WHERE m.lease_until <= p_now), min(m.lease_until) FILTER (WHERE m.lease_until > p_now)
        INTO v_locked, v_until
        FROM unnest(v_receive.lanes, v_receive.seqs) AS r (lane, seq)
        JOIN {schema}.queue_messages m ON m.queue = p_queue AND m.lane = r.lane AND m.seq = r.seq AND m.token = v_receive.token AND m.lease_until IS NOT NULL;
        v_until := least(v_locked, v_until);
        IF v_until IS NULL THEN
            DELETE FROM {schema}.queue_receives WHERE token = v_receive.token;
        ELSE
            UPDATE {schema}.queue_receives SET until = v_until WHERE token = v_receive.token;
        END IF;
    END LOOP;
END $fn$;

-- Gives back, uncharged, what receives have leased whose answers were lost.
CREATE FUNCTION {schema}.queue_give_back(p_queue int, p_nonces bigint[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_receive record;
BEGIN
    FOR v_receive IN DELETE FROM {schema}.queue_receives WHERE queue = p_queue AND nonce = ANY (p_nonces) RETURNING token, lanes, seqs LOOP
        UPDATE {schema}.queue_messages m SET lease_until = NULL, deliveries = m.deliveries - 1
        FROM unnest(v_receive.lanes, v_receive.seqs) AS r (lane, seq)
        WHERE m.queue = p_queue AND m.lane = r.lane AND m.seq = r.seq AND m.token = v_receive.token AND m.lease_until > clock_timestamp();
    END LOOP;
END $fn$;

-- Keeps the tables small: folds the counts, forgets calls and duplicates whose time is over.
CREATE FUNCTION {schema}.queue_tidy(p_queue int, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
BEGIN
    WITH old AS (DELETE FROM {schema}.queue_counts WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {schema}.queue_counts WHERE queue = p_queue LIMIT 10000 FOR UPDATE SKIP LOCKED)) RETURNING *)
    INSERT INTO {schema}.queue_counts
    SELECT p_queue, coalesce(sum(enqueued), 0), coalesce(sum(completed), 0), coalesce(sum(failures), 0), coalesce(sum(crashes), 0), coalesce(sum(dead), 0), coalesce(sum(redriven), 0)
    FROM old HAVING count(*) > 0;
    DELETE FROM {schema}.queue_tokens WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {schema}.queue_tokens WHERE at < p_now - interval '5 minutes' ORDER BY at LIMIT 20000 FOR UPDATE SKIP LOCKED));
    DELETE FROM {schema}.queue_duplicates WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {schema}.queue_duplicates WHERE until < p_now ORDER BY until LIMIT 1000 FOR UPDATE SKIP LOCKED));
END $fn$;
