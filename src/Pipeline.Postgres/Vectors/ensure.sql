-- Makes a collection unless it is there, and has its live version index the fields that it lacks, if all else fits.
-- $1 collection; $2 model; $3 dimension; $4 distance; $5 fields; $6 their kinds; $7 the greatest number of fields.
-- Reply: one row: the listing's columns of the live version.
SELECT l.id, l.collection, l.number, l.state, l.model, l.dimension, l.distance, l.fields, l.kinds, l.created, l.is_indexed
FROM {schema}.vector_ensure($1, $2, $3, $4, $5, $6, $7) l
