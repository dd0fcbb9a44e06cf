-- Reads entries, and extends those that slide and are fresh. What the fields of an envelope are says docs/formats.md; whether one is whole is judged
-- by the client: what is not is at most kept longer, never for ever.
-- Keys:      the entries
-- Arguments: none
-- Reply:     for each key two items: the bytes or nil, and the milliseconds until it is dropped: -1 never, -2 nothing there, -3 no string
local reply = {}
local now
for i = 1, #KEYS do
  local stored = redis.pcall('GET', KEYS[i])
  local left = -2
  if type(stored) == 'table' then
    stored = false
    left = -3
  elseif stored then
    left = redis.call('PTTL', KEYS[i])
    if #stored >= 40 and string.sub(stored, 1, 5) == '\137PLC\1' and string.byte(stored, 6) % 2 == 1 then
      local fresh, keep, window = struct.unpack('<i8i8i8', stored, 17)
      local stale = keep - fresh
      if stale >= 0 and window >= 1 and window <= 315360000000 and (left < 0 or left > stale) then
        if not now then
          local time = redis.call('TIME')
          now = time[1] * 1000 + math.floor(time[2] / 1000)
        end
        local longer = math.min(window, fresh - now) + stale
        if longer > left and longer > stale then
          redis.call('PEXPIRE', KEYS[i], string.format('%.0f', longer))
          left = longer
        end
      end
    end
  end
  reply[2 * i - 1] = stored
  reply[2 * i] = left
end
return reply
