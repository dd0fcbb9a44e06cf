-- The cache: entries and fill leases, which a crash may empty, and the generations of tags, which it may not.

-- Entries are replaced and extended in place: no index holds what changes with that, and there is room on the page for the next version.
-- Values are stored as they come: what the server's compression costs comes with each read and write of an entry.
CREATE UNLOGGED TABLE {schema}.cache_entries (
    key text COLLATE "C" PRIMARY KEY,
    keep_until timestamptz NOT NULL,
    sliding_window interval,
    stale_for interval,
    fresh_limit timestamptz,
    entry bytea NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000);
ALTER TABLE {schema}.cache_entries ALTER COLUMN entry SET STORAGE EXTERNAL;

CREATE UNLOGGED TABLE {schema}.cache_leases (
    key text COLLATE "C" PRIMARY KEY,
    owner uuid NOT NULL,
    lease_until timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000);

-- A generation that is lost makes its entries invalid; one that came back smaller would make them valid again. So these are logged.
CREATE TABLE {schema}.cache_tags (
    tag text COLLATE "C" PRIMARY KEY,
    generation bigint NOT NULL,
    keep_until timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000);
