-- Queues: dead letters.

-- Reads, counts, redrives or discards dead letters, oldest first, up to a number of those looked at. p_what: browse, count, redrive, discard.
-- p_after: after which number; p_upto: up to which, null for the last there is; p_acts: how many to act on; p_looks: how many to look at.
-- The first row has o_number null, and says in o_next after which number to go on (null: that was all), in o_last the last number, in o_acted how many were acted on.
CREATE FUNCTION {schema}.queue_dead_letters(
    p_queue int, p_most int, p_blocks boolean, p_what text, p_after bigint, p_upto bigint, p_acts int, p_looks int, p_tenant text, p_type text, p_reason int, p_from bigint, p_before bigint, p_ids uuid[])
RETURNS TABLE (o_number bigint, o_next bigint, o_last bigint, o_acted bigint, o_tenant text, o_id uuid, o_reason int, o_dead_at bigint, o_enqueued bigint, o_lane int,
    o_deliveries int, o_failures int, o_crashes int, o_redrives int, o_most int, o_key text, o_envelope bytea, o_checkpoint bytea, o_attempts bytea[])
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off AS $fn$
DECLARE
    v_letter record;
    v_looked int := 0;
    v_acted bigint := 0;
    v_at bigint := p_after;
    v_last bigint;
    v_next bigint;
BEGIN
    PERFORM {schema}.queue_promote(p_queue, clock_timestamp());
    PERFORM {schema}.queue_reclaim(p_queue, clock_timestamp(), p_most, p_blocks);
    v_last := coalesce((SELECT number FROM {schema}.queue_dead WHERE queue = p_queue ORDER BY number DESC LIMIT 1), 0);
    FOR v_letter IN
        SELECT d.*, t.tenant FROM {schema}.queue_dead d JOIN {schema}.queue_tenants t ON t.no = d.lane / 10
        WHERE d.queue = p_queue AND d.number > p_after AND d.number <= coalesce(p_upto, v_last) AND (p_ids IS NULL OR d.id = ANY (p_ids))
        ORDER BY d.number LIMIT p_looks + 1
    LOOP
        IF v_acted = p_acts OR v_looked = p_looks THEN
            v_next := v_at;
            EXIT;
        END IF;
        v_looked := v_looked + 1;
        v_at := v_letter.number;
        CONTINUE WHEN (p_tenant IS NOT NULL AND v_letter.tenant <> p_tenant) OR (p_reason IS NOT NULL AND v_letter.reason <> p_reason)
            OR (p_from IS NOT NULL AND v_letter.dead_at < timestamptz 'epoch' + p_from * interval '1 microsecond')
            OR (p_before IS NOT NULL AND v_letter.dead_at >= timestamptz 'epoch' + p_before * interval '1 microsecond')
            OR (p_type IS NOT NULL AND {schema}.queue_type(v_letter.envelope) IS DISTINCT FROM p_type)
            OR (p_what = 'redrive' AND {schema}.queue_type(v_letter.envelope) IS NULL);
        IF p_what IN ('redrive', 'discard') THEN
            IF p_what = 'redrive' THEN
                CONTINUE WHEN NOT {schema}.queue_revive(p_queue, v_letter.number, v_letter.lane / 10, v_letter.ordering_key, v_letter.line);
            ELSE
                DELETE FROM {schema}.queue_dead WHERE queue = p_queue AND number = v_letter.number;
                CONTINUE WHEN NOT FOUND;
                IF v_letter.ordering_key IS NOT NULL THEN
                    PERFORM {schema}.queue_advance(p_queue, v_letter.lane / 10, v_letter.ordering_key, v_letter.line);
                END IF;
            END IF;
        ELSIF p_what = 'browse' THEN
            RETURN QUERY SELECT v_letter.number, NULL::bigint, NULL::bigint, NULL::bigint, v_letter.tenant, v_letter.id, v_letter.reason,
                (extract(epoch FROM v_letter.dead_at) * 1000000)::bigint, (extract(epoch FROM v_letter.enqueued_at) * 1000000)::bigint, v_letter.lane, v_letter.deliveries,
                v_letter.failures, v_letter.crashes, v_letter.redrives, v_letter.most_deliveries, v_letter.ordering_key, v_letter.envelope, v_letter.checkpoint, v_letter.attempts;
        END IF;
        v_acted := v_acted + 1;
    END LOOP;
    RETURN QUERY SELECT NULL::bigint, v_next, v_last, v_acted, NULL::text, NULL::uuid, NULL::int, NULL::bigint, NULL::bigint, NULL::int, NULL::int, NULL::int, NULL::int, NULL::int,
        NULL::int, NULL::text, NULL::bytea, NULL::bytea, NULL::bytea[];
END $fn$;

-- The type that an envelope names; null if it is none that can be read.
CREATE FUNCTION {schema}.queue_type(p_envelope bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $fn$
BEGIN
    IF length(p_envelope) < 13 OR get_byte(p_envelope, 0) <> 1 THEN
        RETURN NULL;
    END IF;
    RETURN convert_from(substr(p_envelope, 4, get_byte(p_envelope, 1) * 256 + get_byte(p_envelope, 2)), 'UTF8');
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
    RETURN NULL;
END $fn$;

-- Puts a dead letter back: where it holds its ordering key, into its own place there; else at the end. Gives whether it was there.
CREATE FUNCTION {schema}.queue_revive(p_queue int, p_number bigint, p_tenant int, p_key text, p_line bigint) RETURNS boolean LANGUAGE plpgsql AS $fn$
DECLARE
    v_seq bigint := nextval('{schema}.queue_numbers');
    v_holder bigint;
BEGIN
    IF p_key IS NOT NULL THEN
        SELECT holder INTO v_holder FROM {schema}.queue_lines WHERE tenant = p_tenant AND ordering_key = p_key AND holder = p_line FOR UPDATE;
    END IF;
    WITH gone AS (DELETE FROM {schema}.queue_dead WHERE queue = p_queue AND number = p_number RETURNING *)
    INSERT INTO {schema}.queue_messages (
        queue, lane, seq, token, since, enqueued_at, line, id, deliveries, failures, crashes, redrives, most_deliveries, ordering_key, envelope, checkpoint, attempts)
    SELECT queue, lane, v_seq, token, clock_timestamp(), enqueued_at, CASE WHEN p_key IS NOT NULL THEN coalesce(v_holder, v_seq) END, id, deliveries, 0, 0, redrives + 1,
        most_deliveries, ordering_key, envelope, checkpoint, attempts
    FROM gone;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO {schema}.queue_counts (queue, redriven) VALUES (p_queue, 1);
    RETURN true;
END $fn$;
