-- Lists the segments that can be read.
--
-- Keys:      1 and 2 what is known of the segments of the accounting and of the diagnostic lane. All others begin like them, and so are of the same slot.
-- Arguments: none.
-- Reply:     for each lane an array: the latest time of a record that was forgotten (empty for none), then of each segment its number, the earliest and the latest time
--            of its records, and the id of its last entry.
local reply = {}
for lane = 1, 2 do
  local meta = KEYS[lane]
  local base = string.sub(meta, 1, -2)
  local ends = redis.call('HMGET', meta, 'first', 'last', 'gone')
  local gone = ends[3] or ''
  local list = {''}
  for segment = tonumber(ends[1] or 1), tonumber(ends[2] or 0) do
    local times = redis.call('HMGET', meta, 'l' .. segment, 'h' .. segment)
    if redis.call('EXISTS', base .. 's' .. segment) == 0 then
      -- Its time was over, or somebody removed it.
      if times[2] and times[2] > gone then
        gone = times[2]
      end
    else
      local newest = redis.call('XREVRANGE', base .. 's' .. segment, '+', '-', 'COUNT', 1)
      if #newest > 0 then
        list[#list + 1] = tostring(segment)
        list[#list + 1] = times[1] or ''
        list[#list + 1] = times[2] or ''
        list[#list + 1] = newest[1][1]
      end
    end
  end
  list[1] = gone
  reply[lane] = list
end
return reply
