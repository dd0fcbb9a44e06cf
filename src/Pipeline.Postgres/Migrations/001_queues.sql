-- Queues: the tables. docs/postgres.md says what each is for.
CREATE SEQUENCE {schema}.queue_numbers AS bigint;

CREATE TABLE {schema}.queues (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);

-- Who takes turns. turn and turn_left are where the rounds stand; no index has them, so that an update stays on its page.
CREATE TABLE {schema}.queue_tenants (
    no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue int NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    turn bigint NOT NULL DEFAULT nextval('{schema}.queue_numbers') * 1024,
    turn_left int NOT NULL DEFAULT 0,
    UNIQUE (queue, tenant)
) WITH (fillfactor = 50);

-- What can be received, and what is leased. lane is the tenant's number and the priority: no * 10 + (9 - priority). Leasing changes no column of an index.
CREATE TABLE {schema}.queue_messages (
    queue int NOT NULL,
    lane int NOT NULL,
    seq bigint NOT NULL,
    token bigint NOT NULL,
    lease_until timestamptz,
    since timestamptz NOT NULL,
    enqueued_at timestamptz NOT NULL,
    line bigint,
    id uuid NOT NULL,
    deliveries int NOT NULL DEFAULT 0,
    failures int NOT NULL DEFAULT 0,
    crashes int NOT NULL DEFAULT 0,
    redrives int NOT NULL DEFAULT 0,
    most_deliveries int NOT NULL,
    ordering_key text COLLATE "C",
    envelope bytea NOT NULL,
    checkpoint bytea,
    attempts bytea[],
    PRIMARY KEY (queue, lane, seq)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_insert_scale_factor = 0.5, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX ON {schema}.queue_messages (((lane / 10)), ordering_key, line) WHERE ordering_key IS NOT NULL;

-- What is not due. A message that waits for a retry keeps its line; one that has not come to its line yet has none.
CREATE TABLE {schema}.queue_scheduled (LIKE {schema}.queue_messages INCLUDING DEFAULTS, due timestamptz NOT NULL, PRIMARY KEY (queue, due, seq));

-- What waits for an earlier message of its ordering key, and was met by a receive.
CREATE TABLE {schema}.queue_blocked (LIKE {schema}.queue_messages INCLUDING DEFAULTS, tenant int NOT NULL, PRIMARY KEY (queue, tenant, ordering_key, line));

CREATE TABLE {schema}.queue_dead (
    LIKE {schema}.queue_messages INCLUDING DEFAULTS,
    number bigint NOT NULL,
    reason int NOT NULL,
    dead_at timestamptz NOT NULL,
    PRIMARY KEY (queue, number)
);

CREATE INDEX ON {schema}.queue_dead (queue, id);

-- Which message of an ordering key goes first: the one that is worked on, that waits for its retry, or is the next.
CREATE TABLE {schema}.queue_lines (
    tenant int NOT NULL,
    ordering_key text COLLATE "C" NOT NULL,
    holder bigint,
    PRIMARY KEY (tenant, ordering_key)
);

-- One row a receive, until all that it leased is ended: who looks for leases that ran out looks here, and not through the messages.
CREATE TABLE {schema}.queue_receives (
    token bigint PRIMARY KEY,
    queue int NOT NULL,
    until timestamptz NOT NULL,
    nonce bigint NOT NULL,
    lanes int[] NOT NULL,
    seqs bigint[] NOT NULL
);

CREATE INDEX ON {schema}.queue_receives (queue, until);

-- Enqueues of the last five minutes, so that the repeat of one adds nothing.
CREATE TABLE {schema}.queue_tokens (queue int NOT NULL, token uuid NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (queue, token));
CREATE INDEX ON {schema}.queue_tokens (at);

CREATE TABLE {schema}.queue_duplicates (
    tenant int NOT NULL,
    key text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (tenant, key)
);

CREATE INDEX ON {schema}.queue_duplicates (until);

-- Producers that wait for room in a queue with a bound.
CREATE TABLE {schema}.queue_producers (queue int NOT NULL, number bigint NOT NULL, ticket uuid NOT NULL, until timestamptz NOT NULL, PRIMARY KEY (queue, number));

-- What went through, as differences: added to by rows, since a row that all update would let them wait for each other's commit. Folded now and then.
CREATE TABLE {schema}.queue_counts (
    queue int NOT NULL,
    enqueued bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    failures bigint NOT NULL DEFAULT 0,
    crashes bigint NOT NULL DEFAULT 0,
    dead bigint NOT NULL DEFAULT 0,
    redriven bigint NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE INDEX ON {schema}.queue_counts (queue);
