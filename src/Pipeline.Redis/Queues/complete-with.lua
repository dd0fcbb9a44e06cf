-- Ends messages that are done and adds what follows from them, together.
--
-- Keys: 1 the queue; 2 one that never exists; then the queues that get follow-ups, of the same hash slot or on a server that is no cluster.
-- Arguments: 1 channel; 2 the queue's maximum of deliveries; 3 '1' if a dead letter blocks its key; then for each further key its channel, maximum, '1' or '', and its
--   deduplication window in ms; then for each completion its receipt and the number of its follow-ups; for each of these the number of its key (3 for the first
--   of the further keys), the message, its due time and its deduplication key, as enqueue has them.
-- Reply: the indexes (from 1) of the receipts whose lease was lost.
local now = clock()
local source = open(KEYS[1], now, tonumber(ARGV[2]), ARGV[3], ARGV[1])
source.sweep(1000)

local targets, windows, at = {}, {}, 4
for i = 3, #KEYS do
  targets[i] = KEYS[i] == KEYS[1] and source or open(KEYS[i], now, tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at])
  windows[i] = ARGV[at + 3]
  at = at + 4
end

local function follow(number, body, due, key)
  local q, Q = KEYS[number], targets[number]
  local m = Q.read(struct.pack('>I8I8', now, now) .. body)
  if key ~= '' and not redis.call('SET', q .. ':u:' .. key, m.id, 'NX', 'PX', windows[number]) then
    return
  end
  redis.call('HINCRBY', q, 'enq', 1)
  Q.add(m, due)
end

local lost, index = {}, 0
while at <= #ARGV do
  index = index + 1
  local e = source.take(ARGV[at])
  local count = tonumber(ARGV[at + 1])
  at = at + 2
  if not e then
    lost[#lost + 1] = index
  else
    local m = source.read(e)
    redis.call('HINCRBY', KEYS[1], 'done', 1)
    if bit.band(m.flags, 1) ~= 0 then
      source.advance(m.line)
    end
    for i = at, at + 4 * count - 1, 4 do
      follow(tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
    end
  end
  at = at + 4 * count
end

source.freed = true
source.wake()
for i = 3, #KEYS do
  targets[i].wake()
end
return lost
