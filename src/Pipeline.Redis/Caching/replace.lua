-- Stores an entry in the place of one that was seen and is not good, unless that has changed since.
-- Keys:      1 the entry
-- Arguments: 1 the envelope  2 milliseconds until it is dropped  3 the SHA-1 of the bytes that were seen, in hex; empty if it was no string
--            and, if it is to be announced, 4 the feed's channel  5 the notice
-- Reply:     {1} stored  {0, bytes} what stands there now
local standing = redis.pcall('GET', KEYS[1])
if type(standing) == 'string' and redis.sha1hex(standing) ~= ARGV[3] then
  return {0, standing}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if ARGV[4] then
  redis.call('PUBLISH', ARGV[4], ARGV[5])
end
return {1}
