-- Makes the HNSW index of one table's vectors, unless it is there. Waits for writers and keeps them waiting meanwhile.
-- $1 index; $2 table; $3 column of real[]; $4 dimension; $5 distance (VectorDistance); $6 column of a condition, or null; $7 its value.
-- Reply: whether the index is there: not without pgvector 0.8, nor for a dimension that it does not index.
SELECT {schema}.hnsw_index($1, $2, $3, $4, $5, $6, $7)
