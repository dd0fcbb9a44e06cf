-- Adds messages, all or none.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 kind; 2 how long a call is remembered by its token, so that its repeat adds nothing, ms; 3 channel.
--   A message is an entry without its first 16 bytes. A plain one is not delayed, has neither ordering nor deduplication key, and its queue no bound.
--   Kind 'b', a plain batch of one tenant and priority: 4 token of the call; 5 priority, colon, tenant; then the messages.
--   Kind 's', plain single messages, each a call of its own: for each the token, priority, colon, tenant, and the message.
--   Kind 'g', general: 4 token of the call; 5 the queue's capacity, or ''; 6 ticket of a producer that waits for room, or ''; 7 how long the ticket lives, ms;
--   8 deduplication window, ms; 9 the queue's maximum of deliveries; 10 '1' if a dead letter blocks its key; then three for each message:
--   the message, its due time ('' now, 'd' and a delay, or 'a' and a time, microseconds), its deduplication key with its tenant, or ''.
-- Reply: 0 the queue is full, 1 done, 2 the call is a repeat, 3 the ticket waits; of kind 's' then the indexes (from 1) of the repeats; of kind 'g', where it is done,
--   for each message that is a duplicate of an earlier one by its key: its index and the id of the first.
local q, kind = KEYS[1], ARGV[1]
local now = clock()

local function push(place, entries)
  local count = #entries
  if redis.call('RPUSH', q .. ':r:' .. place, unpack(entries)) == count then
    open(q).activate(place:sub(3), place:sub(1, 1))
  end
end

if kind ~= 'g' then
  local stamp = struct.pack('>I8I8', now, now)
  local reply, added = { 1 }, 0
  if kind == 'b' then
    if not redis.call('SET', q .. ':t:' .. ARGV[4], '', 'NX', 'PX', ARGV[2]) then
      return { 2 }
    end
    local entries = {}
    added = #ARGV - 5
    for i = 1, added do
      entries[i] = stamp .. ARGV[5 + i]
    end
    push(ARGV[5], entries)
  else
    local place, entries
    for i = 4, #ARGV, 3 do
      if not redis.call('SET', q .. ':t:' .. ARGV[i], '', 'NX', 'PX', ARGV[2]) then
        reply[#reply + 1] = (i - 1) / 3
      else
        if place ~= ARGV[i + 1] then
          if place then
            push(place, entries)
          end
          place, entries = ARGV[i + 1], {}
        end
        entries[#entries + 1] = stamp .. ARGV[i + 2]
        added = added + 1
      end
    end
    if place then
      push(place, entries)
    end
  end
  if added > 0 then
    redis.call('HINCRBY', q, 'enq', added)
    if redis.call('DEL', q .. ':c') == 1 then
      redis.call('PUBLISH', ARGV[3], 'm')
    end
  end
  return reply
end

local token = q .. ':t:' .. ARGV[4]
if not redis.call('SET', token, '', 'NX', 'PX', ARGV[2]) then
  return { 2 }
end

local Q = open(q, now, tonumber(ARGV[9]), ARGV[10], ARGV[3])
local n = (#ARGV - 10) / 3

-- What would be added, duplicates apart: only that needs room.
local first, added = {}, 0
for i = 1, n do
  local key = ARGV[10 + 3 * i]
  if key ~= '' then
    first[i] = first[key] or redis.call('GET', q .. ':u:' .. key)
    first[key] = first[i] or ARGV[8 + 3 * i]:sub(17, 32)
  end
  if not first[i] then
    added = added + 1
  end
end

if ARGV[5] ~= '' and added > 0 then
  Q.sweep(1000)
  local totals = redis.call('HMGET', q, 'enq', 'red', 'done', 'dead')
  local room = ARGV[5] - ((totals[1] or 0) + (totals[2] or 0) - (totals[3] or 0) - (totals[4] or 0))
  local mine = ARGV[6]
  local head = redis.call('ZRANGE', q .. ':p', 0, 0)[1]
  while head and head ~= mine and redis.call('EXISTS', q .. ':p:' .. head) == 0 do
    redis.call('ZREM', q .. ':p', head)
    head = redis.call('ZRANGE', q .. ':p', 0, 0)[1]
  end
  if added > room or (mine ~= '' and head and head ~= mine) then
    redis.call('DEL', token)
    Q.wake()
    if mine == '' then
      return { 0 }
    end
    redis.call('ZADD', q .. ':p', 'NX', string.format('%.0f', now), mine)
    redis.call('SET', q .. ':p:' .. mine, '', 'PX', ARGV[7])
    redis.call('SET', q .. ':g', '', 'PX', ARGV[7])
    return { 3 }
  end
  if mine ~= '' and head == mine then
    redis.call('ZREM', q .. ':p', mine)
    redis.call('DEL', q .. ':p:' .. mine)
    Q.freed = true
  end
end

local reply = { 1 }
for i = 1, n do
  local body, due, key = ARGV[8 + 3 * i], ARGV[9 + 3 * i], ARGV[10 + 3 * i]
  if first[i] then
    reply[#reply + 1] = i
    reply[#reply + 1] = first[i]
  else
    local m = Q.read(struct.pack('>I8I8', now, now) .. body)
    if key ~= '' then
      redis.call('SET', q .. ':u:' .. key, m.id, 'PX', ARGV[8])
    end
    Q.add(m, due)
  end
end
if added > 0 then
  redis.call('HINCRBY', q, 'enq', added)
end
Q.wake()
return reply
