-- Extends the leases of a reservation in one slot, all of them or none.
-- Keys: the states of the leases.
-- Arguments: 1 1 to extend, 0 to look only; 2 the reservation's id (16 bytes); then a plan for each state (see change.lua), of which amount
-- and a are looked at.
-- Reply: 1 if all were held, else 0.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local members, expiries = {}, {}
for i, key in ipairs(KEYS) do
  local _, _, _, amount, _, duration = struct.unpack('<BBBI7I7I7', ARGV[i + 2])
  members[i] = ARGV[2] .. string.format('%.0f', amount)
  expiries[i] = now + duration
  if tonumber(redis.call('ZSCORE', key, members[i]) or 0) <= now then return 0 end
end
if ARGV[1] == '1' then
  for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, expiries[i], members[i])
    redis.call('PEXPIREAT', key, math.floor(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2] / 1000) + 1)
  end
end
return 1
