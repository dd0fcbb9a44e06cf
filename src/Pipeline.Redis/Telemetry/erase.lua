-- Erases the records of a tenant in a page of a segment. Their ids stay known, so that a batch that is repeated does not bring them back.
--
-- Keys:      1 the segment's stream.
-- Arguments: 1 and 2 from which entry to which, as XRANGE has it; 3 the most entries; 4 the tenant; 5 how many bytes of a record stand before its step.
-- Reply:     the id of the last entry of the page, empty where there are no more; how many were erased.
local entries = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
local tenant, at = ARGV[4], ARGV[5] + 1
local erased = {}
for i = 1, #entries do
  local record = entries[i][2][2]
  if #record > at + 1 and string.byte(record) == 1 then
    -- Each name follows its length.
    local place = at + 2 + struct.unpack('<H', record, at)
    if #record > place and struct.unpack('<H', record, place) == #tenant and string.sub(record, place + 2, place + 1 + #tenant) == tenant then
      erased[#erased + 1] = entries[i][1]
    end
  end
end
if #erased > 0 then
  redis.call('XDEL', KEYS[1], unpack(erased))
end
return {#entries == tonumber(ARGV[3]) and entries[#entries][1] or '', #erased}
