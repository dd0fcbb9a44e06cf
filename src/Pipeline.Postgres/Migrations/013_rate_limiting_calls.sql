-- Rate limits: leases, and the functions that the statements call. 004_rate_limiting.sql says why they are functions.
-- What is held of a concurrency rule: held, when the last lease runs out, when enough for the amount have run out.
CREATE FUNCTION {schema}.limiter_leases(leased_key text, amount bigint, most bigint, now bigint) RETURNS bigint[] LANGUAGE plpgsql AS $body$
DECLARE
    answer bigint[];
    format smallint;
    size int;
BEGIN
    -- One statement, so that the sum and the leases are of one moment where nothing is locked.
    SELECT ARRAY[s.held, coalesce(s.ending, 0), coalesce(e.enough, 0)], s.format, s.size INTO answer, format, size
    FROM (
        SELECT l.format, cardinality(l.state) AS size,
            coalesce(l.state[1], 0) - (SELECT coalesce(sum(x.cost), 0) FROM {schema}.limit_leases x WHERE x.key = leased_key AND x.expires_at <= now)::bigint AS held,
            (SELECT max(x.expires_at) FROM {schema}.limit_leases x WHERE x.key = leased_key AND x.expires_at > now) AS ending
        FROM {schema}.limits l WHERE l.key = leased_key AND l.state_id = 'c' OFFSET 0) s
    LEFT JOIN LATERAL (
        SELECT f.expires_at AS enough
        FROM (SELECT x.expires_at, sum(x.cost) OVER (ORDER BY x.expires_at, x.id) AS freed FROM {schema}.limit_leases x WHERE x.key = leased_key AND x.expires_at > now) f
        WHERE f.freed >= s.held + greatest(amount, 1) - most ORDER BY f.expires_at LIMIT 1) e ON s.held + greatest(amount, 1) > most;
    IF size > 0 AND (format <> 1 OR size <> 1) THEN
        RAISE EXCEPTION 'the state of a rate limit cannot be read' USING ERRCODE = 'PL001';
    END IF;
    RETURN coalesce(answer, ARRAY[0, 0, 0]);
END $body$;

-- Takes a lease, under the lock of its state, and forgets those that have run out. held: what limiter_leases said.
CREATE FUNCTION {schema}.limiter_lease(leased_key text, reservation uuid, amount bigint, duration bigint, now bigint, held bigint[])
RETURNS bigint[] LANGUAGE plpgsql AS $body$
DECLARE
    ending CONSTANT bigint := greatest(held[2], now + duration);
BEGIN
    DELETE FROM {schema}.limit_leases x WHERE x.key = leased_key AND x.expires_at <= now;
    INSERT INTO {schema}.limit_leases (key, id, cost, expires_at) VALUES (leased_key, reservation, amount, now + duration);
    UPDATE {schema}.limits l SET state = ARRAY[held[1] + amount], expires_at = ending WHERE l.key = leased_key AND l.state_id = 'c';
    RETURN ARRAY[held[1] + amount, ending, 0];
END $body$;

-- Deletes expired states and records from a few blocks anywhere in their tables, and passes over what is locked: it never waits. To be called when
-- nothing more will be locked.
CREATE FUNCTION {schema}.limiter_sweep(until bigint) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    most CONSTANT int := 4;
    first bigint;
    leased text[];
BEGIN
    first := floor(random() * pg_relation_size('{schema}.limits') / current_setting('block_size')::int)::bigint;
    WITH found AS (
        SELECT l.key, l.state_id FROM {schema}.limits l
        WHERE l.ctid >= format('(%s,0)', first)::tid AND l.ctid < format('(%s,0)', first + most)::tid AND l.expires_at <= until
        FOR UPDATE SKIP LOCKED),
    gone AS (
        DELETE FROM {schema}.limits l USING found f WHERE l.key = f.key AND l.state_id = f.state_id RETURNING l.key, l.state_id)
    SELECT array_agg(g.key) INTO leased FROM gone g WHERE g.state_id = 'c';
    IF leased IS NOT NULL THEN
        DELETE FROM {schema}.limit_leases x WHERE x.key = ANY (leased);
    END IF;
    first := floor(random() * pg_relation_size('{schema}.limit_reservations') / current_setting('block_size')::int)::bigint;
    DELETE FROM {schema}.limit_reservations r WHERE r.id IN (
        SELECT o.id FROM {schema}.limit_reservations o
        WHERE o.ctid >= format('(%s,0)', first)::tid AND o.ctid < format('(%s,0)', first + most)::tid AND o.expires_at <= until
        FOR UPDATE SKIP LOCKED);
END $body$;

-- Judges a request, and takes the costs of all its dimensions or none.
-- mode: 0 judge only, 1 take, 2 take and write the record of the reservation. keys, ids: the states, in the order in which they are locked.
-- plans: 8 numbers for each: kind, step, place in the request, amount, limit, a, b, and how long the state is kept after a charge in microseconds.
--   kinds: 1 bucket (a: refill, b: period in microseconds), 2 sliding window (a: microseconds in a unit, b: length in units), 3 windows that stand
--   still (a: length in milliseconds, 0 for months; b: how long they are remembered), 5 leases (a: duration in microseconds).
-- reservation: its id. sweep_until: null, or the expiry up to which a few expired rows are to be deleted.
-- Reply: 1 or 0 for granted or denied, the time, then for each state the number of its numbers and these, as it is now; where it was not taken a
-- sliding window's older times follow its costs. Leases: held, when the last runs out, when enough have run out.
CREATE FUNCTION {schema}.limiter_acquire(mode int, keys text[], ids text[], plans bigint[], reservation uuid, sweep_until bigint)
RETURNS bigint[] LANGUAGE plpgsql SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
DECLARE
    many CONSTANT int := cardinality(keys);
    takes boolean := false;
    locked boolean := false;
    granted boolean;
    now bigint;
    plan bigint[];
    kept {schema}.limits;
    states {schema}.limits[];
    change {schema}.limiter_change;
    changes {schema}.limiter_change[];
    held bigint[];
    leases bigint[] := array_fill(0::bigint, ARRAY[3 * cardinality(keys)]);
    marks bigint[];
    reply bigint[];
BEGIN
    FOR i IN 1..many LOOP
        takes := takes OR mode > 0 AND plans[8 * i - 4] > 0;
    END LOOP;
    LOOP
        -- Without a lock first: a denial, however often it is asked for, waits for nobody and writes nothing.
        FOR i IN 1..many LOOP
            IF locked THEN
                kept := {schema}.limiter_lock(keys[i], ids[i]);
            ELSE
                SELECT l.* INTO kept FROM {schema}.limits l WHERE l.key = keys[i] AND l.state_id = ids[i];
            END IF;
            states[i] := kept;
        END LOOP;
        now := {schema}.limiter_now();
        granted := true;
        marks := '{}';
        FOR i IN 1..many LOOP
            plan := plans[8 * i - 7:8 * i];
            IF plan[1] = 5 THEN
                held := {schema}.limiter_leases(keys[i], plan[4], plan[5], now);
                leases[3 * i - 2] := held[1];
                leases[3 * i - 1] := held[2];
                leases[3 * i] := held[3];
                granted := granted AND held[1] + greatest(plan[4], 1) <= plan[5];
            ELSE
                change := {schema}.limiter_change_of(states[i], plan, now, NULL, NULL);
                granted := granted AND change.fits;
                changes[i] := change;
                IF plan[2] = 1 THEN
                    marks := marks || ARRAY[plan[3], coalesce(change.born, now), coalesce(change.at, 0)];
                END IF;
            END IF;
        END LOOP;
        EXIT WHEN locked OR NOT granted OR NOT takes;
        locked := true;
    END LOOP;

    reply := ARRAY[granted::int, now];
    FOR i IN 1..many LOOP
        plan := plans[8 * i - 7:8 * i];
        change := changes[i];
        kept := states[i];
        IF plan[1] = 5 THEN
            held := leases[3 * i - 2:3 * i];
            IF takes AND granted AND plan[4] > 0 THEN
                held := {schema}.limiter_lease(keys[i], reservation, plan[4], plan[6], now, held);
            END IF;
            reply := reply || 3::bigint || held;
        ELSIF takes AND granted AND change.state IS NOT NULL THEN
            UPDATE {schema}.limits l
            SET state = change.state, times = change.times, expires_at = CASE WHEN change.life < 0 THEN l.expires_at ELSE now + coalesce(change.life, plan[8]) END
            WHERE l.key = keys[i] AND l.state_id = ids[i];
            reply := CASE WHEN plan[1] = 2 THEN reply || 4::bigint || change.state[:4] ELSE reply || cardinality(change.state)::bigint || change.state END;
        ELSE
            held := coalesce(kept.state || kept.times::bigint[], '{}');
            reply := reply || cardinality(held)::bigint || held;
        END IF;
    END LOOP;
    IF mode = 2 AND granted THEN
        INSERT INTO {schema}.limit_reservations (id, expires_at, marks) VALUES (reservation, now + 3600000000, marks);
    END IF;
    IF sweep_until IS NOT NULL AND granted THEN
        PERFORM {schema}.limiter_sweep(least(sweep_until, now));
    END IF;
    RETURN reply;
END $body$;

-- Judges requests about one state, none of them about anything else, one after the other, and takes each cost that fits: as so many calls of limiter_acquire do, by one lock and one
-- commit. Not for leases, nor for what may be given back.
-- slot_key, slot_id: the state. plan: as there, its amount not used. amounts: of each request, in their order. sweep_until: as there.
-- Reply: the time, 1 or 0 for granted or denied of each request, then for each the number of the state's numbers and these, as it was after that request.
CREATE FUNCTION {schema}.limiter_acquire_each(slot_key text, slot_id text, plan bigint[], amounts bigint[], sweep_until bigint)
RETURNS bigint[] LANGUAGE plpgsql SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
DECLARE
    now bigint;
    kept {schema}.limits;
    change {schema}.limiter_change;
    held bigint[];
    life bigint;
    amount bigint;
    locked boolean := false;
    changed boolean := false;
    answers bigint[] := '{}';
    states bigint[] := '{}';
BEGIN
    -- Without a lock first, as there: where the least does not fit, none does.
    SELECT l.* INTO kept FROM {schema}.limits l WHERE l.key = slot_key AND l.state_id = slot_id;
    now := {schema}.limiter_now();
    plan[4] := (SELECT min(a) FROM unnest(amounts) AS a);
    change := {schema}.limiter_change_of(kept, plan, now, NULL, NULL);
    IF change.fits THEN
        locked := true;
        kept := {schema}.limiter_lock(slot_key, slot_id);
        now := {schema}.limiter_now();
    END IF;
    FOREACH amount IN ARRAY amounts LOOP
        plan[4] := amount;
        change := {schema}.limiter_change_of(kept, plan, now, NULL, NULL);
        IF locked AND change.fits THEN
            changed := true;
            kept.state := change.state;
            kept.times := change.times;
            life := change.life;
            held := CASE WHEN plan[1] = 2 THEN change.state[:4] ELSE change.state END;
        ELSE
            held := coalesce(kept.state || kept.times::bigint[], '{}');
        END IF;
        answers := answers || (locked AND change.fits)::int::bigint;
        states := states || cardinality(held)::bigint || held;
    END LOOP;
    IF changed THEN
        UPDATE {schema}.limits l
        SET state = kept.state, times = kept.times, expires_at = CASE WHEN life < 0 THEN l.expires_at ELSE now + coalesce(life, plan[8]) END
        WHERE l.key = slot_key AND l.state_id = slot_id;
    END IF;
    IF sweep_until IS NOT NULL AND changed THEN
        PERFORM {schema}.limiter_sweep(least(sweep_until, now));
    END IF;
    RETURN now || answers || states;
END $body$;

-- Ends a reservation: gives its leases back, and corrects its charges.
-- keys, ids, plans, reservation: see limiter_acquire; the steps are 2 charge and 3 give back. has_record: whether there is one of it.
-- Reply: whether this call ended it.
CREATE FUNCTION {schema}.limiter_end(keys text[], ids text[], plans bigint[], reservation uuid, has_record boolean)
RETURNS boolean LANGUAGE plpgsql SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
DECLARE
    many CONSTANT int := cardinality(keys);
    now bigint;
    plan bigint[];
    recorded {schema}.limit_reservations;
    kept {schema}.limits;
    states {schema}.limits[];
    change {schema}.limiter_change;
    lease {schema}.limit_leases;
    mark int;
    settles boolean := false;
    ended boolean := false;
BEGIN
    IF has_record THEN
        DELETE FROM {schema}.limit_reservations r WHERE r.id = reservation RETURNING r.* INTO recorded;
        settles := FOUND;
        IF settles AND (recorded.format <> 1 OR cardinality(recorded.marks) % 3 <> 0) THEN
            RAISE EXCEPTION 'the record of a reservation cannot be read' USING ERRCODE = 'PL001';
        END IF;
    END IF;
    FOR i IN 1..many LOOP
        IF settles AND plans[8 * i - 6] = 2 THEN
            kept := {schema}.limiter_lock(keys[i], ids[i]);
        ELSE
            SELECT l.* INTO kept FROM {schema}.limits l WHERE l.key = keys[i] AND l.state_id = ids[i] FOR UPDATE;
        END IF;
        states[i] := kept;
    END LOOP;
    now := {schema}.limiter_now();
    settles := settles AND now <= recorded.expires_at;
    ended := settles;
    FOR i IN 1..many LOOP
        plan := plans[8 * i - 7:8 * i];
        kept := states[i];
        IF plan[1] = 5 THEN
            DELETE FROM {schema}.limit_leases x WHERE x.key = keys[i] AND x.id = reservation RETURNING x.* INTO lease;
            IF FOUND THEN
                UPDATE {schema}.limits l SET state = ARRAY[l.state[1] - lease.cost] WHERE l.key = keys[i] AND l.state_id = ids[i];
                ended := ended OR lease.expires_at > now;
            END IF;
        ELSIF settles AND kept.key IS NOT NULL THEN
            mark := array_position(recorded.marks, plan[3]);
            WHILE mark % 3 <> 1 LOOP
                mark := array_position(recorded.marks, plan[3], mark + 1);
            END LOOP;
            change := {schema}.limiter_change_of(kept, plan, now, recorded.marks[mark + 1], recorded.marks[mark + 2]);
            UPDATE {schema}.limits l
            SET state = change.state, times = change.times, expires_at = CASE WHEN change.life < 0 THEN l.expires_at ELSE now + coalesce(change.life, plan[8]) END
            WHERE l.key = keys[i] AND l.state_id = ids[i] AND change.state IS NOT NULL;
        END IF;
    END LOOP;
    RETURN ended;
END $body$;

-- Extends the leases of a reservation, all of them or none. keys, plans, reservation: see limiter_acquire.
-- Reply: whether all were held.
CREATE FUNCTION {schema}.limiter_renew(keys text[], plans bigint[], reservation uuid)
RETURNS boolean LANGUAGE plpgsql SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
DECLARE
    many CONSTANT int := cardinality(keys);
    now bigint;
BEGIN
    FOR i IN 1..many LOOP
        PERFORM FROM {schema}.limits l WHERE l.key = keys[i] AND l.state_id = 'c' FOR UPDATE;
    END LOOP;
    now := {schema}.limiter_now();
    FOR i IN 1..many LOOP
        PERFORM FROM {schema}.limit_leases x WHERE x.key = keys[i] AND x.id = reservation AND x.expires_at > now;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
    END LOOP;
    FOR i IN 1..many LOOP
        UPDATE {schema}.limit_leases x SET expires_at = now + plans[8 * i - 2] WHERE x.key = keys[i] AND x.id = reservation;
        UPDATE {schema}.limits l SET expires_at = greatest(l.expires_at, now + plans[8 * i - 2]) WHERE l.key = keys[i] AND l.state_id = 'c';
    END LOOP;
    RETURN true;
END $body$;

-- Forgets a state, and the leases of one.
CREATE FUNCTION {schema}.limiter_reset(forgotten_key text, forgotten_state_id text)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $body$
BEGIN
    DELETE FROM {schema}.limits l WHERE l.key = forgotten_key AND l.state_id = forgotten_state_id;
    -- Only under the lock of its row: else the leases of one that is being made would go.
    IF FOUND AND forgotten_state_id = 'c' THEN
        DELETE FROM {schema}.limit_leases x WHERE x.key = forgotten_key;
    END IF;
END $body$;
