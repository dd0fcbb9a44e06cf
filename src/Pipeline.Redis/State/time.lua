-- Reads the server's clock. A script, because it has a key: on a cluster, all processes then ask the same server.
--
-- Keys:      1 any; it is not touched.
-- Arguments: none.
-- Reply:     seconds and microseconds since 1970.
return redis.call('TIME')
