-- Reads the server's clock. The key only routes the script, so that on a cluster all processes ask the same node.
-- Keys:      1 any name
-- Arguments: none
-- Reply:     microseconds since 1970
local time = redis.call('TIME')
return time[1] * 1000000 + time[2]
