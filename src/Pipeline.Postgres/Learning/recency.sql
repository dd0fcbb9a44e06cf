-- LearningScore.Recency of l, as a part of other statements. The bound keeps clear of an underflow, which the server takes for an error.
-- $12 half-life in microseconds, or null
CASE WHEN $12::float8 IS NULL OR l.created >= {now} THEN 1 ELSE power(0.5, least(300, ({now} - l.created) / $12::float8)) END
