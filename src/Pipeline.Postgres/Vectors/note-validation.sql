-- Notes what the validation of a version found, unless the version is or was live.
-- $1 version's id; $2 new state. Reply: one row if the version is there still.
WITH noted AS (
    UPDATE {schema}.vector_versions SET state = $2 WHERE id = $1 AND state IN (0, 1)
)
SELECT 1 FROM {schema}.vector_versions WHERE id = $1
