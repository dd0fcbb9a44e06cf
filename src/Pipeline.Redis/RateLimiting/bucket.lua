-- Decides about one token bucket at a fixed cost, and takes it if it fits: the short way of change.lua.
-- Keys: 1 the state.
-- Arguments: 1 the plan (as in change.lua), with a cost above 0; 2 how long the state is kept, in milliseconds.
-- Reply: granted: the new state; before it \1 and the time (I7) where it is not the state's. Denied: \0, the time, the state. Unreadable: \2.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost, limit, refill, window = struct.unpack('<I7I7I7I7', ARGV[1], 4)
local state = redis.call('GET', KEYS[1])
local form, whole, part, time = 0x11, 0, 0, now
if state then
  if #state < 21 then return '\2' end
  form, whole, part, time = struct.unpack('<BI7I6I7', state)
  if not (form == 0x11 and #state == 21 or form == 0x12 and #state == 34) then return '\2' end
  local passed = now - time
  if passed > 0 then
    time = now
    local gain = passed * refill
    local gained = math.floor(gain / window)
    local rest = gain - gained * window
    if gain >= 9007199254740992 then
      -- Too large for one product: whole periods, and then the refill digit by digit to the base 128.
      local periods = math.floor(passed / window)
      local left, sum = passed - periods * window, 0
      rest = 0
      for digit = 5, 0, -1 do
        local product = rest * 128 + left * (math.floor(refill / 128 ^ digit) % 128)
        local quotient = math.floor(product / window)
        sum, rest = sum * 128 + quotient, product - quotient * window
      end
      gained = periods * refill + sum
    end
    whole, part = whole - gained, part - rest
    if part < 0 then whole, part = whole - 1, part + window end
    if whole < 0 then whole, part = 0, 0 end
  end
end
local needed = whole + cost
if needed > limit or (needed == limit and part > 0) then return '\0' .. struct.pack('<I7', now) .. (state or '\16') end
if form == 0x12 then
  local born, charged = struct.unpack('<I7I6', state, 22)
  charged = charged + cost
  if charged >= 281474976710656 then born, charged = born + 1, 0 end
  state = struct.pack('<BI7I6I7I7I6', form, needed, part, time, born, charged)
else
  state = struct.pack('<BI7I6I7', form, needed, part, time)
end
redis.call('SET', KEYS[1], state, 'PX', ARGV[2])
if time > now then return '\1' .. struct.pack('<I7', now) .. state end
return state
