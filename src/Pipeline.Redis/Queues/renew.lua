-- Makes leases last from now on.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 channel; 2 the queue's maximum of deliveries; 3 '1' if a dead letter blocks its key; 4 lease, microseconds; then the receipts.
-- Reply: the indexes (from 1) of the receipts whose lease was lost.
local q = KEYS[1]
local now = clock()
local leases = q .. ':l'
if redis.call('ZCOUNT', leases, '-inf', string.format('%.0f', now)) > 0 then
  local Q = open(q, now, tonumber(ARGV[2]), ARGV[3], ARGV[1])
  Q.sweep(1000)
  Q.wake()
end

local ends, count = string.format('%.0f', now + ARGV[4]), #ARGV - 4
local pairs, lost = {}, {}
for i = 1, count do
  pairs[2 * i - 1], pairs[2 * i] = ends, ARGV[4 + i]
end
if redis.call('ZADD', leases, 'XX', 'CH', unpack(pairs)) < count then
  for i = 1, count do
    if not redis.call('ZSCORE', leases, ARGV[4 + i]) then
      lost[#lost + 1] = i
    end
  end
end
return lost
