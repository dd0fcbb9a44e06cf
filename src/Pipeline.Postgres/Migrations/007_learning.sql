-- Learnings. Times are microseconds since 1970-01-01 00:00 UTC, so that none goes through a double.
-- success is OutcomeCounts.SuccessFactor: candidates are ranked by it, and scored exactly by the process.

-- The store's clock, one instant for a statement. A function, so that whether a learning is valid is asked of one clock by statements and policies.
CREATE FUNCTION {schema}.learning_now() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
AS $now$ SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint $now$;

CREATE TABLE {schema}.learnings (
    no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    step text COLLATE "C" NOT NULL,
    agent text COLLATE "C",
    severity smallint NOT NULL,
    finding text COLLATE "C" NOT NULL,
    interventions text[] COLLATE "C" NOT NULL,
    attributes jsonb NOT NULL,
    created bigint NOT NULL,
    valid_until bigint,
    improved bigint NOT NULL DEFAULT 0,
    no_change bigint NOT NULL DEFAULT 0,
    worse bigint NOT NULL DEFAULT 0,
    unknown bigint NOT NULL DEFAULT 0,
    success double precision NOT NULL GENERATED ALWAYS AS (
        CASE WHEN improved + no_change + worse = 0 THEN 0.5
        ELSE greatest(0, (improved + 0.354163150400397
                - 0.8416212335729143 * sqrt(improved::float8 * (no_change + worse) / (improved + no_change + worse) + 0.1770815752001985))
            / (improved + no_change + worse + 0.708326300800794))
        END) STORED,
    outcome smallint NOT NULL DEFAULT 0,
    follow_up text COLLATE "C",
    notes text,
    reported bigint
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX learnings_id ON {schema}.learnings (id);
CREATE INDEX learnings_newest ON {schema}.learnings (tenant, created, id);
CREATE INDEX learnings_expiry ON {schema}.learnings (valid_until) WHERE valid_until IS NOT NULL;

-- Apart from the learnings, since row-level security keeps the index from being asked where there is a policy: && is not leakproof. There is none here: the
-- numbers tell nothing, and are of one tenant each.
CREATE TABLE {schema}.learning_words (
    learning bigint PRIMARY KEY REFERENCES {schema}.learnings (no) ON DELETE CASCADE,
    words bigint[] NOT NULL
);
CREATE INDEX learning_words_held ON {schema}.learning_words USING gin (words) WITH (fastupdate = off);

CREATE TABLE {schema}.learning_reports (
    learning bigint NOT NULL REFERENCES {schema}.learnings (no) ON DELETE CASCADE,
    follow_up text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    outcome smallint NOT NULL,
    former smallint NOT NULL,
    notes text,
    reported bigint NOT NULL,
    PRIMARY KEY (learning, follow_up)
);

-- Learnings whose success was once above that of one without outcomes. Recalls by the index of embeddings compare them all, since those may be worth more than nearer ones. Apart from
-- the learnings, where an index on it would end HOT updates.
CREATE TABLE {schema}.learning_helped (
    learning bigint PRIMARY KEY REFERENCES {schema}.learnings (no) ON DELETE CASCADE,
    tenant text COLLATE "C" NOT NULL
);
CREATE INDEX learning_helped_tenant ON {schema}.learning_helped (tenant);

CREATE TABLE {schema}.learning_spaces (
    no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text COLLATE "C" NOT NULL,
    dimension int NOT NULL,
    UNIQUE (model, dimension)
);

CREATE TABLE {schema}.learning_embeddings (
    learning bigint NOT NULL REFERENCES {schema}.learnings (no) ON DELETE CASCADE,
    space int NOT NULL REFERENCES {schema}.learning_spaces (no),
    tenant text COLLATE "C" NOT NULL,
    vector real[] NOT NULL,
    PRIMARY KEY (learning, space)
);
ALTER TABLE {schema}.learning_embeddings ALTER COLUMN vector SET STORAGE EXTERNAL;
CREATE INDEX learning_embeddings_tenant ON {schema}.learning_embeddings (tenant, space);

-- The wall behind the wall, as that of vectors: a statement that does not say for which tenant it is sees nothing and writes nothing, even the owner's.
-- What is past its validity, of whatever tenant, is seen by the statement that deletes it.
DO $walls$
DECLARE
    walled text;
BEGIN
    FOREACH walled IN ARRAY ARRAY['learnings', 'learning_reports', 'learning_helped', 'learning_embeddings'] LOOP
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', walled);
        EXECUTE format(
            'CREATE POLICY tenant ON {schema}.%I USING (tenant IS NOT DISTINCT FROM (SELECT current_setting(''pipeline.tenant'', true)))', walled);
    END LOOP;
END $walls$;
CREATE POLICY expiry ON {schema}.learnings USING (
    (SELECT current_setting('pipeline.expiry', true)) IS NOT DISTINCT FROM 'on'
    AND valid_until <= (SELECT {schema}.learning_now()));
