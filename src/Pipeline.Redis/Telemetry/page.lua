-- Reads a page of a segment's records, in the order in which they were written.
--
-- Keys:      1 the segment's stream.
-- Arguments: 1 and 2 from which entry to which, as XRANGE has it; 3 the most entries.
-- Reply:     the id and the record of each entry, one after the other.
local entries = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
local reply = {}
for i = 1, #entries do
  reply[i * 2 - 1] = entries[i][1]
  reply[i * 2] = entries[i][2][2]
end
return reply
