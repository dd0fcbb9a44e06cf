-- Ends messages that are done.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 channel; 2 the queue's maximum of deliveries; 3 '1' if a dead letter blocks its key; 4 '1' if producers may wait for room;
--   5 how many of the receipts are of messages without an ordering key; then these receipts, and then the others.
-- Reply: the indexes (from 1) of the receipts whose lease was lost.
local q = KEYS[1]
local now = clock()
local leases, inflight = q .. ':l', q .. ':i'
local Q
if redis.call('ZCOUNT', leases, '-inf', string.format('%.0f', now)) > 0 then
  Q = open(q, now, tonumber(ARGV[2]), ARGV[3], ARGV[1])
  Q.sweep(1000)
end

local plain, count = tonumber(ARGV[5]), #ARGV - 5
local done, lost = 0, {}
if plain == count and count == 1 then
  done = redis.call('ZREM', leases, ARGV[6])
  if done == 1 then
    redis.call('HDEL', inflight, ARGV[6])
  else
    lost[1] = 1
  end
elseif plain == count then
  local receipts = { unpack(ARGV, 6) }
  done = redis.call('ZREM', leases, unpack(receipts))
  if done == count then
    redis.call('HDEL', inflight, unpack(receipts))
  else
    for i = 1, count do
      if redis.call('HDEL', inflight, receipts[i]) == 0 then
        lost[#lost + 1] = i
      end
    end
  end
else
  Q = Q or open(q, now, tonumber(ARGV[2]), ARGV[3], ARGV[1])
  for i = 1, count do
    local e = Q.take(ARGV[5 + i])
    if not e then
      lost[#lost + 1] = i
    else
      done = done + 1
      if i > plain then
        Q.advance(Q.read(e).line)
      end
    end
  end
end

if done > 0 then
  redis.call('HINCRBY', q, 'done', done)
end
if Q then
  Q.wake()
end
if ARGV[4] == '1' and redis.call('DEL', q .. ':g') == 1 then
  redis.call('PUBLISH', ARGV[1], 'r')
end
return lost
