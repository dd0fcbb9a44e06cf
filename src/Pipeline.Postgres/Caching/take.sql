-- Takes the lease on making a value, unless another holds it.
-- Some pages are swept of what has expired: last, and past what is locked, so that nobody is waited for.
-- Arguments: $1 key; $2 the owner's token; $3 how long it lasts, in microseconds; $4 where to sweep, 0 to 1; $5 how many pages.
-- Reply: one row: whether it was taken, and if not, how much longer the other's lasts, in microseconds; null where that came or went just now.
WITH taken AS (
    INSERT INTO {schema}.cache_leases AS l (key, owner, lease_until)
    VALUES ($1, $2, clock_timestamp() + $3 * interval '1 microsecond')
    ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, lease_until = clock_timestamp() + $3 * interval '1 microsecond'
    WHERE l.lease_until <= clock_timestamp()
    RETURNING key),
swept AS (
    DELETE FROM {schema}.cache_leases WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM {schema}.cache_leases AS old
        WHERE old.ctid >= (SELECT format('(%s,0)', floor($4 * ceil(pg_relation_size('{schema}.cache_leases') / current_setting('block_size')::float8 / $5))::bigint * $5)::tid WHERE $5 > 0)
            AND old.ctid < (SELECT format('(%s,0)', (floor($4 * ceil(pg_relation_size('{schema}.cache_leases') / current_setting('block_size')::float8 / $5))::bigint + 1) * $5)::tid WHERE $5 > 0)
            AND old.lease_until <= clock_timestamp() AND old.key <> $1
        FOR UPDATE SKIP LOCKED)))
SELECT
    EXISTS (SELECT FROM taken),
    (SELECT (extract(epoch FROM lease_until - clock_timestamp()) * 1000000)::bigint FROM {schema}.cache_leases WHERE key = $1 AND lease_until > clock_timestamp())
