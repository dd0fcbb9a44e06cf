-- Takes the lease on making a value, unless another holds it.
-- Keys:      1 the lease
-- Arguments: 1 the token  2 milliseconds that it lasts
-- Reply:     -1 taken; else the milliseconds that the other's still lasts
if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then
  return -1
end
local left = redis.call('PTTL', KEYS[1])
if left >= 0 then
  return left
end
-- No lease of ours lasts for ever.
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return -1
