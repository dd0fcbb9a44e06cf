-- Gives a lease back.
-- Keys:      1 the lease
-- Arguments: 1 the token
-- Reply:     1 given back  0 no longer held
if redis.pcall('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
