-- Reads some records of several segments.
--
-- Keys:      the segments' streams. All of one slot.
-- Arguments: for each record which of the keys (from 1), and the entry's id.
-- Reply:     the records in that order, empty for one that is gone.
local reply = {}
for i = 1, #ARGV, 2 do
  local entry = redis.call('XRANGE', KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 1])
  reply[#reply + 1] = entry[1] and entry[1][2][2] or ''
end
return reply
