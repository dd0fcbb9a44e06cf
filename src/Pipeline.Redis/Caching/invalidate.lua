-- Invalidates a tag: its generation becomes the time in microseconds, or the old one plus one if that is greater, and is announced.
-- Keys:      1 the counter
-- Arguments: 1 milliseconds for which the counter is kept  2 the feed's channel  3 the notice before the generation  4 the notice after it
-- Reply:     the new generation
local time = redis.call('TIME')
local generation = time[1] * 1000000 + time[2]
local counter = redis.pcall('GET', KEYS[1])
if type(counter) == 'string' and #counter <= 16 and string.find(counter, '^[1-9]%d*$') then
  local next = tonumber(counter) + 1
  if next > generation and next <= 9007199254740991 then
    generation = next
  end
end
if redis.pcall('SET', KEYS[1], string.format('%.0f', generation), 'PX', ARGV[1]).err then
  -- Out of memory. Without a counter the tag's entries are invalid, too, and the next one begins above this number.
  redis.call('DEL', KEYS[1])
end
redis.call('PUBLISH', ARGV[2], ARGV[3] .. struct.pack('<i8', generation) .. ARGV[4])
return generation
