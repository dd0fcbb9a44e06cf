-- Reports an outcome. The learning is locked first; of the follow-up run's report, the upsert alone sees what it said before, so that each is counted once.
-- One that is now worth more than a learning without outcomes is noted, for recall-nearest.sql.
-- $1 tenant, $2 id, $3 follow-up run, $4 outcome, $5 notes
-- Reply: one row if the learning is there.
WITH target AS MATERIALIZED (
    SELECT l.no FROM {schema}.learnings l
    WHERE {wall} AND l.tenant = $1 AND l.id = $2 AND {valid}
    FOR NO KEY UPDATE
), told AS (
    INSERT INTO {schema}.learning_reports AS r (learning, follow_up, tenant, outcome, former, notes, reported)
    SELECT t.no, $3, $1, $4, 0, $5, {now} FROM target t
    ON CONFLICT (learning, follow_up) DO UPDATE
    SET former = r.outcome, outcome = excluded.outcome, notes = excluded.notes, reported = excluded.reported
    RETURNING r.learning, r.outcome, r.former, r.reported
), counted AS (
    UPDATE {schema}.learnings l
    SET improved = l.improved + (t.outcome = 1)::int - (t.former = 1)::int,
        no_change = l.no_change + (t.outcome = 2)::int - (t.former = 2)::int,
        worse = l.worse + (t.outcome = 3)::int - (t.former = 3)::int,
        unknown = l.unknown + (t.outcome = 4)::int - (t.former = 4)::int,
        outcome = t.outcome, follow_up = $3, notes = $5, reported = t.reported
    FROM told t
    WHERE {wall} AND l.no = t.learning
    RETURNING l.no, l.success
), noted AS (
    INSERT INTO {schema}.learning_helped (learning, tenant) SELECT c.no, $1 FROM counted c WHERE c.success > 0.5 ON CONFLICT (learning) DO NOTHING
)
SELECT 1 FROM counted
