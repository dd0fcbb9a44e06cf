-- Finds the number of a model and dimension.
-- $1 model, $2 dimension
-- Reply: the number, or no row.
SELECT s.no FROM {schema}.learning_spaces s WHERE s.model = $1 AND s.dimension = $2
