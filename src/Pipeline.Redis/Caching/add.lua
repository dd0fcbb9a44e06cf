-- Stores an entry where there is nothing.
-- Keys:      1 the entry
-- Arguments: 1 the envelope  2 milliseconds until it is dropped  and, if it is to be announced, 3 the feed's channel  4 the notice
-- Reply:     {1} stored  {0, bytes} what stands there  {0} something stands there that is no string
if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then
  if ARGV[3] then
    redis.call('PUBLISH', ARGV[3], ARGV[4])
  end
  return {1}
end
local standing = redis.pcall('GET', KEYS[1])
if type(standing) == 'string' then
  return {0, standing}
end
return {0}
