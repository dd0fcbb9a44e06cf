-- Finds the number of a model and dimension, and gives it one if it has none.
-- $1 model, $2 dimension
-- Reply: the number; no row if another call has just given it one.
WITH known AS (
    SELECT s.no FROM {schema}.learning_spaces s WHERE s.model = $1 AND s.dimension = $2
), given AS (
    INSERT INTO {schema}.learning_spaces (model, dimension) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM known) ON CONFLICT (model, dimension) DO NOTHING RETURNING no
)
SELECT no FROM known UNION ALL SELECT no FROM given
