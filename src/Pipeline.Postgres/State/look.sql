-- Tells whether anything was written since an earlier look, for who gets no notifications.
-- Whoever has taken a number has a transaction by then: once all that there were have ended, what was numbered stands.
-- Arguments: none. Reply: one row: the last number; the oldest transaction that runs; the one that will come next.
SELECT last_value, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint
FROM {schema}.state_versions
