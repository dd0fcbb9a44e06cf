-- Rate limits: the states of keys, leases, and records of reservations that can still be settled. docs/formats.md has what the arrays hold.
--
-- A decision looks at several rows, decides by a clock that is read once all of them are locked, and writes all of them or none. One plain
-- statement cannot: it sees what stood when it began, before it waited for a lock, and it cannot make the rows that are missing in the same order.
-- So what decides are functions, each called by one statement. All lock the rows of limits in the order that the caller gives (by key), and
-- whatever belongs to a state (its leases) is touched only under the lock of its row, so that they cannot deadlock.
--
-- The functions tell the planner to use the key: their plans are made while the tables are small, and kept.
CREATE TABLE {schema}.limits (
    key text COLLATE "C" NOT NULL,
    state_id text COLLATE "C" NOT NULL,
    format smallint NOT NULL DEFAULT 1,
    expires_at bigint NOT NULL,
    state bigint[] NOT NULL,
    times int[],
    PRIMARY KEY (key, state_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);

CREATE TABLE {schema}.limit_leases (
    key text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    cost bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (key, id)
) WITH (autovacuum_vacuum_scale_factor = 0.1);

CREATE INDEX limit_leases_by_expiry ON {schema}.limit_leases (key, expires_at);

CREATE TABLE {schema}.limit_reservations (
    id uuid PRIMARY KEY,
    format smallint NOT NULL DEFAULT 1,
    expires_at bigint NOT NULL,
    marks bigint[] NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.1);

-- The server's wall clock, in microseconds since 1970.
CREATE FUNCTION {schema}.limiter_now() RETURNS bigint LANGUAGE sql VOLATILE
AS $body$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $body$;

-- What a function makes of a state. fits: whether the amount fits. state, times: what to write, null where nothing changes. life: for how many
-- microseconds; null: as long as the rule says; negative: as long as it is kept already. born, at: by which the charge is found again.
CREATE TYPE {schema}.limiter_change AS (fits boolean, state bigint[], times int[], life bigint, born bigint, at bigint);

-- A token bucket. steps: 0 take, 1 take what may be given back, 2 charge, 3 give back the charge of the mark.
CREATE FUNCTION {schema}.limiter_bucket(
    step bigint, amount bigint, most bigint, refill bigint, period bigint, now bigint, old bigint[], mark_born bigint, mark_at bigint)
RETURNS {schema}.limiter_change LANGUAGE plpgsql AS $body$
DECLARE
    change {schema}.limiter_change;
    whole bigint := coalesce(old[1], 0);
    part bigint := coalesce(old[2], 0);
    at bigint := coalesce(old[3], now);
    born bigint := old[4];
    charged bigint := coalesce(old[5], 0);
    counts boolean := step <> 0 AND (old IS NULL OR step = 1) OR old[4] IS NOT NULL;
    passed bigint := now - at;
    unpaid bigint;
    back bigint;
BEGIN
    IF passed > 0 THEN
        at := now;
        IF passed <= 9223372036854775807 / refill THEN
            whole := whole - passed * refill / period;
            part := part - passed * refill % period;
        ELSE
            whole := whole - least(div(passed::numeric * refill, period), 9007199254740992)::bigint;
            part := part - mod(passed::numeric * refill, period)::bigint;
        END IF;
        IF part < 0 THEN
            whole := whole - 1;
            part := part + period;
        END IF;
        IF whole < 0 THEN
            whole := 0;
            part := 0;
        END IF;
    END IF;
    change.fits := whole + greatest(amount, 1) < most OR whole + greatest(amount, 1) = most AND part = 0;
    IF step = 3 THEN
        -- Paid by the refill are the oldest charges first: what is missing beyond all charges since is what this one has not paid yet.
        unpaid := CASE WHEN born = mark_born THEN whole - (charged - mark_at) ELSE -1 END;
        IF unpaid < 0 THEN
            RETURN change;
        END IF;
        back := least(amount, unpaid);
        whole := whole - back;
        part := CASE WHEN amount <= unpaid THEN part ELSE 0 END;
        change.life := -1;
    ELSE
        whole := whole + amount;
        charged := charged + amount;
        IF whole >= 9007199254740991 THEN
            whole := 9007199254740991;
            part := 0;
        END IF;
        IF step = 2 THEN
            change.life := least((whole + 1)::numeric * period / refill + 1000000, 7000000000000000000)::bigint;
        END IF;
    END IF;
    IF counts THEN
        born := coalesce(born, now);
        IF charged >= 4611686018427387904 THEN
            born := born + 1;
            charged := 0;
        END IF;
        change.born := born;
        change.at := charged;
    END IF;
    IF amount > 0 THEN
        change.state := CASE WHEN counts THEN ARRAY[whole, part, at, born, charged] ELSE ARRAY[whole, part, at] END;
    END IF;
    RETURN change;
END $body$;

-- A sliding window, its times in units of so many microseconds. Charges of one 64th of it are counted together, from the last of them on.
CREATE FUNCTION {schema}.limiter_window(
    step bigint, amount bigint, most bigint, unit bigint, length bigint, now bigint, old bigint[], old_times int[], mark_born bigint, mark_at bigint)
RETURNS {schema}.limiter_change LANGUAGE plpgsql AS $body$
DECLARE
    change {schema}.limiter_change;
    units bigint := now / unit;
    at bigint := (now + unit - 1) / unit;
    born bigint := coalesce(old[1], now);
    total bigint := coalesce(old[2], 0);
    newest bigint := coalesce(old[3], at);
    latest bigint := coalesce(old[4], 0);
    costs bigint[] := old[5:];
    times int[] := coalesce(old_times, '{}');
    older int := cardinality(times);
    gone int := 0;
    share bigint := length / 64 - CASE WHEN unit > 1 THEN 2 ELSE 0 END;
    found int;
BEGIN
    WHILE gone < older AND newest - (newest - (times[gone + 1]::bigint + 2147483648)) % 4294967296 + length <= units LOOP
        gone := gone + 1;
        total := total - costs[gone];
    END LOOP;
    IF gone > 0 THEN
        costs := costs[gone + 1:];
        times := times[gone + 1:];
        older := older - gone;
    END IF;
    IF newest + length <= units THEN
        total := 0;
        latest := 0;
    END IF;
    at := greatest(at, newest);
    change.fits := total + greatest(amount, 1) <= most;
    IF step = 3 THEN
        IF born IS DISTINCT FROM mark_born OR mark_at + length <= units OR mark_at > newest THEN
            RETURN change;
        END IF;
        -- The first that is not older holds the charge: it is the charge itself, or what it was counted with.
        found := 1;
        WHILE found <= older AND newest - (newest - (times[found]::bigint + 2147483648)) % 4294967296 < mark_at LOOP
            found := found + 1;
        END LOOP;
        amount := least(amount, CASE WHEN found <= older THEN costs[found] ELSE latest END);
        total := total - amount;
        IF found <= older THEN
            costs[found] := costs[found] - amount;
        ELSE
            latest := latest - amount;
        END IF;
        at := newest;
        change.life := -1;
    ELSE
        IF step = 2 THEN
            amount := least(amount, 9007199254740991 - total);
        END IF;
        IF latest > 0 AND at / share <> newest / share THEN
            costs := costs || latest;
            times := times || (newest % 4294967296 - 2147483648)::int;
            latest := 0;
        END IF;
        total := total + amount;
        latest := latest + amount;
    END IF;
    change.born := born;
    change.at := at;
    IF amount > 0 THEN
        change.state := ARRAY[born, total, at, latest] || costs;
        change.times := times;
    END IF;
    RETURN change;
END $body$;

-- Windows that stand still: of so many milliseconds, or where that is 0 the months. Remembered for grace milliseconds after their end, because the
-- clock can be set back; up to four spans, each a window, or several with the charges of the fullest.
CREATE FUNCTION {schema}.limiter_spans(
    step bigint, amount bigint, most bigint, size bigint, grace bigint, now bigint, old bigint[], mark_born bigint, mark_at bigint)
RETURNS {schema}.limiter_change LANGUAGE plpgsql AS $body$
DECLARE
    change {schema}.limiter_change;
    moment bigint := now / 1000;
    state bigint[] := coalesce(old, ARRAY[now]);
    spans int := cardinality(coalesce(old, ARRAY[now])) / 4;
    found int;
    closest int;
    least_gap bigint;
    month timestamp;
    first bigint;
    ending bigint;
BEGIN
    -- A span: 4n - 2 its first moment, 4n - 1 that of its last window, 4n its end, 4n + 1 its charges.
    FOR n IN REVERSE spans..1 LOOP
        IF state[4 * n - 2] <= moment AND moment < state[4 * n] THEN
            found := n;
            EXIT;
        END IF;
    END LOOP;
    change.born := state[1];
    change.fits := coalesce(state[4 * found + 1], 0) + greatest(amount, 1) <= most;
    IF step = 3 THEN
        IF state[1] = mark_born THEN
            FOR n IN 1..spans LOOP
                IF state[4 * n - 2] = mark_at AND state[4 * n - 1] = mark_at AND moment < state[4 * n] THEN
                    state[4 * n + 1] := greatest(state[4 * n + 1] - amount, 0);
                    change.state := state;
                    change.life := -1;
                END IF;
            END LOOP;
        END IF;
        RETURN change;
    END IF;
    IF amount = 0 THEN
        change.at := coalesce(state[4 * found - 2], 0);
        RETURN change;
    END IF;
    IF found IS NULL THEN
        IF size > 0 THEN
            first := moment - moment % size;
            ending := first + size;
        ELSE
            month := date_trunc('month', to_timestamp(moment / 1000) AT TIME ZONE 'UTC');
            first := extract(epoch FROM month)::bigint * 1000;
            ending := extract(epoch FROM month + interval '1 month')::bigint * 1000;
        END IF;
        found := spans + 1;
        WHILE found > 1 AND state[4 * found - 6] > first LOOP
            found := found - 1;
        END LOOP;
        state := state[:4 * found - 3] || ARRAY[first, first, ending, 0] || state[4 * found - 2:];
        spans := spans + 1;
        IF spans > 4 THEN
            -- The two that are closest to each other, the oldest of these, become one as full as the fuller; the new one stays alone.
            FOR n IN 1..spans - 1 LOOP
                IF n <> found AND n + 1 <> found AND (least_gap IS NULL OR state[4 * n + 2] - state[4 * n] < least_gap) THEN
                    closest := n;
                    least_gap := state[4 * n + 2] - state[4 * n];
                END IF;
            END LOOP;
            state := state[:4 * closest - 2]
                || ARRAY[state[4 * closest + 3], state[4 * closest + 4], greatest(state[4 * closest + 1], state[4 * closest + 5])]
                || state[4 * closest + 6:];
            spans := spans - 1;
            found := found - CASE WHEN found > closest THEN 1 ELSE 0 END;
        END IF;
    END IF;
    state[4 * found + 1] := least(state[4 * found + 1] + amount, 9007199254740991);
    change.at := state[4 * found - 2];
    change.state := state;
    -- What was charged by a clock that was far ahead is not kept for years.
    change.life := (least(state[4 * spans], state[4 * found] + 86400000) - moment + grace) * 1000;
    RETURN change;
END $body$;

-- Asks a state, or changes it. The plan: see limiter_acquire.
CREATE FUNCTION {schema}.limiter_change_of(kept {schema}.limits, plan bigint[], now bigint, mark_born bigint, mark_at bigint)
RETURNS {schema}.limiter_change LANGUAGE plpgsql AS $body$
DECLARE
    kind bigint := plan[1];
    old bigint[] := nullif(kept.state, '{}');
    size int := cardinality(old);
BEGIN
    IF old IS NOT NULL AND (kept.format <> 1 OR NOT CASE kind
        WHEN 1 THEN size = 3 OR size = 5
        WHEN 2 THEN size = 4 + cardinality(kept.times)
        ELSE size % 4 = 1 AND size BETWEEN 5 AND 17 END IS TRUE) THEN
        RAISE EXCEPTION 'the state of a rate limit cannot be read' USING ERRCODE = 'PL001';
    END IF;
    IF kind = 1 THEN
        RETURN {schema}.limiter_bucket(plan[2], plan[4], plan[5], plan[6], plan[7], now, old, mark_born, mark_at);
    ELSIF kind = 2 THEN
        RETURN {schema}.limiter_window(plan[2], plan[4], plan[5], plan[6], plan[7], now, old, kept.times, mark_born, mark_at);
    END IF;
    RETURN {schema}.limiter_spans(plan[2], plan[4], plan[5], plan[6], plan[7], now, old, mark_born, mark_at);
END $body$;

-- Locks the row of a state, and makes it where it is missing.
CREATE FUNCTION {schema}.limiter_lock(locked_key text, locked_state_id text) RETURNS {schema}.limits LANGUAGE plpgsql AS $body$
DECLARE
    kept {schema}.limits;
BEGIN
    LOOP
        SELECT l.* INTO kept FROM {schema}.limits l WHERE l.key = locked_key AND l.state_id = locked_state_id FOR UPDATE;
        EXIT WHEN FOUND;
        -- Where another has made it since, it may have been deleted again when it is looked for.
        INSERT INTO {schema}.limits (key, state_id, expires_at, state) VALUES (locked_key, locked_state_id, 0, '{}')
        ON CONFLICT DO NOTHING RETURNING * INTO kept;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN kept;
END $body$;
