-- Reads the generations of tags as they stand.
-- Arguments: $1 tags. Reply: a row for each that has a counter: the tag, its generation.
SELECT tag, generation FROM {schema}.cache_tags WHERE tag = ANY ($1)
