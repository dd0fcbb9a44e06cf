-- Records learnings. One past its validity is deleted first, with its reports and embeddings; one that is there stays, and is locked and written as it is
-- only where it lacks an embedding that came with it, so that the embedding finds its number even if another call has only just recorded it. One that another
-- call deletes meanwhile is waited for, and recorded with all that came with it.
-- $1 tenant; of each learning: $2 id, $3 run, $4 collection, $5 step, $6 agent, $7 severity, $8 finding, $9 interventions (U+001F between them),
-- $10 attributes, $11 created, $12 valid until, $13 words (with commas); of each embedding: $14 id of its learning, $15 space, $16 and $17 its first and last component in $18
-- Reply: nothing.
WITH expired AS MATERIALIZED (
    SELECT l.no FROM {schema}.learnings l
    WHERE {wall} AND l.tenant = $1 AND l.id = ANY ($2) AND NOT {valid}
    ORDER BY l.id FOR UPDATE
), gone AS (
    DELETE FROM {schema}.learnings l USING expired e WHERE {wall} AND l.no = e.no RETURNING l.no
), given AS MATERIALIZED (
    SELECT v.* FROM unnest($14::uuid[], $15::int[], $16::int[], $17::int[]) AS v (id, space, first, last)
), lacking AS (
    SELECT v.id FROM given v
    WHERE NOT EXISTS (
        SELECT FROM {schema}.learnings l JOIN {schema}.learning_embeddings e ON e.learning = l.no
        WHERE {wall} AND l.id = v.id AND e.space = v.space AND {valid})
), recorded AS (
    INSERT INTO {schema}.learnings AS l
        (id, tenant, run_id, collection, step, agent, severity, finding, interventions, attributes, created, valid_until)
    SELECT i.id, $1, i.run_id, i.collection, i.step, i.agent, i.severity, i.finding,
        string_to_array(i.interventions, chr(31)), i.attributes::jsonb, i.created, i.valid_until
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[])
        AS i (id, run_id, collection, step, agent, severity, finding, interventions, attributes, created, valid_until)
    CROSS JOIN (SELECT count(*) AS deleted FROM gone) AS first
    WHERE {wall} AND first.deleted >= 0
    ORDER BY i.id
    ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant WHERE excluded.id IN (SELECT lacking.id FROM lacking)
    RETURNING l.no, l.id
), worded AS (
    INSERT INTO {schema}.learning_words (learning, words)
    SELECT r.no, string_to_array(i.words, ',')::bigint[]
    FROM recorded r JOIN unnest($2::uuid[], $13::text[]) AS i (id, words) ON i.id = r.id
    ON CONFLICT (learning) DO NOTHING
)
INSERT INTO {schema}.learning_embeddings (learning, space, tenant, vector)
SELECT r.no, v.space, $1, ($18::real[])[v.first:v.last]
FROM recorded r JOIN given v ON v.id = r.id
ON CONFLICT (learning, space) DO NOTHING
