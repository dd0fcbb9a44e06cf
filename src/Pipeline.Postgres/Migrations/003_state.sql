-- State: small values that must survive a race.

-- The number in front of a version: rises with every write, of whichever entry.
CREATE SEQUENCE {schema}.state_versions AS bigint MAXVALUE 140737488355327;

-- Counts the changes that stand, for who hears of them: a number that is never heard of is a change that nobody told.
CREATE SEQUENCE {schema}.state_reports AS bigint;

-- Entries are replaced in place: no index holds what changes with that, and there is room on the page for the next version.
CREATE TABLE {schema}.state_entries (
    space text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    expires_at timestamptz,
    value bytea NOT NULL,
    PRIMARY KEY (space, key)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000);
