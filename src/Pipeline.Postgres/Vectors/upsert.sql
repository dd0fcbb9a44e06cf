-- Stores a batch of items, in the order of their ids.
-- $1 tenant; $2 whether the version must be live; $3 ids; $4 vectors, one after the other; $5 payloads.
-- Reply: one row if the version is there: its state; whether it has an index. Nothing is stored where it should be live and is not.
WITH call AS MATERIALIZED (
    SELECT l.state, l.is_indexed, set_config('pipeline.tenant', $1, true) AS tenant FROM {schema}.vector_listing l WHERE l.id = {version}
), stored AS (
    INSERT INTO {schema}.vector_items AS i (version_id, tenant, id, vector, payload)
    SELECT {version}, c.tenant, n.id, ($4)[(n.place - 1) * {dimension} + 1 : n.place * {dimension}], n.payload::jsonb
    FROM call c CROSS JOIN unnest($3, $5) WITH ORDINALITY AS n (id, payload, place)
    WHERE c.state = 2 OR NOT $2
    ORDER BY n.id COLLATE "C"
    ON CONFLICT (version_id, tenant, id) DO UPDATE SET vector = EXCLUDED.vector, payload = EXCLUDED.payload
)
SELECT c.state, c.is_indexed FROM call c
