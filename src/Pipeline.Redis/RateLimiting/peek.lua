-- Reads states of one slot, and changes nothing.
-- Keys: the states.
-- Arguments: a plan for each (see change.lua), of which only kind, amount and limit are looked at.
-- Reply: \0, the time (I7), and each state as change.lua replies it for a denial. Unreadable: \2.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local reply = {}
for i, key in ipairs(KEYS) do
  local kind, _, _, amount, limit = struct.unpack('<BBBI7I7', ARGV[i])
  if kind ~= 5 then
    reply[i] = redis.call('GET', key) or '\16'
  else
    local held, ending, enough = redis.call('ZSCORE', key, ''), 0, 0
    if not held and redis.call('EXISTS', key) == 1 then return '\2' end
    local total = tonumber(held or 0)
    if held then
      for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '10000000000001', now)) do
        local weight = tonumber(string.sub(member, 17))
        if not weight then return '\2' end
        total = total - weight
      end
      ending = tonumber(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2])
      if ending <= now then ending = 0 end
    end
    local excess, from = total + math.max(amount, 1) - limit, 0
    while excess > 0 do
      local some = redis.call('ZRANGEBYSCORE', key, '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES', 'LIMIT', from, 50)
      if #some == 0 then break end
      for one = 1, #some, 2 do
        excess, enough = excess - (tonumber(string.sub(some[one], 17)) or 0), tonumber(some[one + 1])
        if excess <= 0 then break end
      end
      from = from + 50
    end
    reply[i] = struct.pack('<BI7I7I7', 0x16, total, ending, enough)
  end
end
return '\0' .. struct.pack('<I7', now) .. table.concat(reply)
