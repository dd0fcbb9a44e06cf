-- Tells which number was taken last for a report, so that one that never comes shows, and who gets none sees that something was written.
-- Whoever has taken a number has a transaction by then: once all that there were have ended, what was numbered stands.
-- Arguments: none. Reply: one row: the last number; the oldest transaction that runs; the one that will come next.
SELECT coalesce(pg_sequence_last_value('{schema}.state_reports'), 0), pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint
