-- Extends a lease that is still held.
-- Keys:      1 the lease
-- Arguments: 1 the token  2 milliseconds that it lasts from now on
-- Reply:     1 extended  0 no longer held
if redis.pcall('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
