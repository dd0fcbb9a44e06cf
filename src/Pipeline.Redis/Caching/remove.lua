-- Removes an entry and announces that, whatever stood there.
-- Keys:      1 the entry
-- Arguments: 1 the feed's channel  2 the notice
-- Reply:     1 something stood there  0 nothing did
local removed = redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return removed
