-- Finds a version of a collection.
-- $1 collection; $2 number, or null for the live one.
-- Reply: one row if the collection is there: the listing's columns, all null if the version is not.
SELECT l.id, l.collection, l.number, l.state, l.model, l.dimension, l.distance, l.fields, l.kinds, l.created, l.is_indexed
FROM {schema}.vector_collections c
LEFT JOIN {schema}.vector_listing l ON l.collection = c.name AND l.number = coalesce($2, c.live)
WHERE c.name = $1
