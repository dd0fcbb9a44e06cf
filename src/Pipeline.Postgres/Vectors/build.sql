-- Adds a version to a collection.
-- $1 collection; $2 model; $3 dimension; $4 distance; $5 fields; $6 their kinds.
-- Reply: one row if the collection is there: the listing's columns of the version.
SELECT l.id, l.collection, l.number, l.state, l.model, l.dimension, l.distance, l.fields, l.kinds, l.created, l.is_indexed
FROM {schema}.vector_build($1, $2, $3, $4, $5, $6) l
