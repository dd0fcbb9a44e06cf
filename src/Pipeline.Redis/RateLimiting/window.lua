-- Decides about one sliding window at a fixed cost, and takes it if it fits: the short way of change.lua.
-- Keys: 1 the state.
-- Arguments: 1 the plan (as in change.lua), with a cost above 0; 2 how long the state is kept, in milliseconds.
-- Reply: granted: the head of the new state; before it \1 and the time (I7) where it is not the newest charge's. Denied: \0, the time, the
-- state. Unreadable: \2.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost, limit, unit, length = struct.unpack('<I7I7I7I7', ARGV[1], 4)
local state = redis.call('GET', KEYS[1])
local time, units = now, now
if unit > 1 then time, units = math.ceil(now / unit), math.floor(now / unit) end
local form, older, born, total, newest, latest, oldest, tail = 0x13, 0, now, 0, time, 0, 0, ''
if state then
  if #state < 34 then return '\2' end
  form, older, born, total, newest, latest, oldest = struct.unpack('<BBI7I7I7I7I4', state)
  if form ~= 0x13 or #state ~= 34 + 11 * older then return '\2' end
  local from = 35
  if newest - (newest - oldest) % 4294967296 + length <= units then
    while older > 0 do
      local at, amount = struct.unpack('<I4I7', state, from)
      if newest - (newest - at) % 4294967296 + length > units then break end
      total, older, from = total - amount, older - 1, from + 11
    end
    if older > 0 then oldest = struct.unpack('<I4', state, from) else oldest = newest % 4294967296 end
    if newest + length <= units then total, latest = 0, 0 end
  end
  if total + cost > limit then return '\0' .. struct.pack('<I7', now) .. state end
  if older > 0 then tail = string.sub(state, from) end
  if time < newest then time = newest end
elseif cost > limit then
  return '\0' .. struct.pack('<I7', now) .. '\16'
end
if latest > 0 then
  local share = math.floor(length / 64) + (unit > 1 and -2 or 1)
  if math.floor(time / share) ~= math.floor(newest / share) then
    tail = tail .. struct.pack('<I4I7', newest % 4294967296, latest)
    older, latest = older + 1, 0
  end
end
if older == 0 then oldest = time % 4294967296 end
local head = struct.pack('<BBI7I7I7I7I4', form, older, born, total + cost, time, latest + cost, oldest)
redis.call('SET', KEYS[1], head .. tail, 'PX', ARGV[2])
if time ~= now then return '\1' .. struct.pack('<I7', now) .. head end
return head
