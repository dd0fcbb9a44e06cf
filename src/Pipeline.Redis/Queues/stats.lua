-- Counts what is in the queue and what went through it, after doing what time alone has brought.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 channel; 2 the queue's maximum of deliveries; 3 '1' if a dead letter blocks its key.
-- Reply: enqueued, completed, failures, crashes, dead-lettered, redriven, blocked, leased, delayed, dead; and for how many microseconds the oldest has been ready.
local q = KEYS[1]
local now = clock()
local time = string.format('%.0f', now)
local Q = open(q, now, tonumber(ARGV[2]), ARGV[3], ARGV[1])
for _ = 1, 10 do
  if redis.call('ZCOUNT', q .. ':l', '-inf', time) == 0 and redis.call('ZCOUNT', q .. ':d', '-inf', time) == 0 then
    break
  end
  Q.sweep(1000)
end
Q.wake()

local reply = redis.call('HMGET', q, 'enq', 'done', 'fail', 'crash', 'dead', 'red', 'blk')
for i = 1, #reply do
  reply[i] = tonumber(reply[i] or 0)
end
reply[8] = redis.call('ZCARD', q .. ':l')
reply[9] = redis.call('ZCARD', q .. ':d')
reply[10] = redis.call('ZCARD', q .. ':x')

-- A list stands in the order in which its entries became ready, and what was given back has its old time.
local oldest = now
local active = redis.call('HGETALL', q .. ':a')
for i = 1, #active, 2 do
  for priority = 0, 9 do
    if bit.band(tonumber(active[i + 1]), bit.lshift(1, priority)) ~= 0 then
      local e = redis.call('LINDEX', q .. ':r:' .. priority .. ':' .. active[i], 0)
      if e and #e >= 16 then
        oldest = math.min(oldest, (struct.unpack('>I8', e, 9)))
      end
    end
  end
end
reply[11] = now - oldest
return reply
