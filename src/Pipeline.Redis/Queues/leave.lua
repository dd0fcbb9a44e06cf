-- Takes a producer out of the line of those that wait for room, and lets the next try.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 channel; 2 the producer's ticket.
-- Reply: 1 if it stood there.
local q = KEYS[1]
local stood = redis.call('ZREM', q .. ':p', ARGV[2])
redis.call('DEL', q .. ':p:' .. ARGV[2])
if redis.call('DEL', q .. ':g') == 1 then
  redis.call('PUBLISH', ARGV[1], 'r')
end
return stood
