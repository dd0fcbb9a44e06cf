-- Says which leases are lost, and changes nothing else than what time alone has brought.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 channel; 2 the queue's maximum of deliveries; 3 '1' if a dead letter blocks its key; then the receipts.
-- Reply: the indexes (from 1) of the receipts whose lease was lost.
local q = KEYS[1]
local Q = open(q, clock(), tonumber(ARGV[2]), ARGV[3], ARGV[1])
Q.sweep(1000)
Q.wake()
local lost = {}
for i = 4, #ARGV do
  if not redis.call('ZSCORE', q .. ':l', ARGV[i]) then
    lost[#lost + 1] = i - 3
  end
end
return lost
