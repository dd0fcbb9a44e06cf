-- Lists versions.
-- $1 collection, or null for all. Reply: the listing's columns, by collection and falling number.
SELECT l.id, l.collection, l.number, l.state, l.model, l.dimension, l.distance, l.fields, l.kinds, l.created, l.is_indexed
FROM {schema}.vector_listing l
WHERE $1 IS NULL OR l.collection = $1
ORDER BY l.collection, l.number DESC
