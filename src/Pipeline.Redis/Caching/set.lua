-- Stores an entry and announces it.
-- Keys:      1 the entry
-- Arguments: 1 the envelope  2 milliseconds until it is dropped  3 the feed's channel  4 the notice
-- Reply:     1
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1
