-- Reads a page of the entries of a space, in the order of their names, and takes the names out of the index whose entries have expired.
--
-- Keys:      1 the space's index; 2 the space's counter. Of one slot, as are the entries.
-- Arguments: 1 and 2 from where to where, as ZRANGEBYLEX has it; 3 the most entries; 4 the most bytes of values, but for the first entry;
--            5 how many expired ones to pass over; 6 what the keys of the space's entries begin with.
-- Reply:     the name after which the next page begins, empty where this is the last; then each entry's name and the entry, empty where it is not ours.
local limit = tonumber(ARGV[3])
local most = tonumber(ARGV[4])
local scanned = limit + ARGV[5]
local names = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, scanned)

local reply, keys, gone = {''}, {}, {}
local bytes, last = 0, 0
for i = 1, #names do
  local key = ARGV[6] .. names[i]
  local size = redis.pcall('STRLEN', key)
  if size == 0 then
    gone[#gone + 1] = i
  else
    if type(size) == 'table' then
      if not string.find(size.err, 'WRONGTYPE', 1, true) then
        return size
      end
      size = 17
    end
    if #keys == limit or (#keys > 0 and bytes + size - 17 > most) then
      break
    end
    bytes = bytes + size - 17
    keys[#keys + 1] = key
    reply[#keys * 2] = names[i]
  end
  last = i
end

if last < #names or #names == scanned then
  reply[1] = names[last]
end
if #keys > 0 then
  local values = redis.call('MGET', unpack(keys))
  for i = 1, #values do
    reply[i * 2 + 1] = values[i] or ''
  end
end
if #gone > 0 then
  -- Where the slot is just being moved here, a single key that has not come yet looks as if it were not there; a command of several keys is refused then.
  local asked, removed = {KEYS[2]}, {}
  for i = 1, #gone do
    asked[i + 1] = ARGV[6] .. names[gone[i]]
    removed[i] = names[gone[i]]
  end
  redis.call('EXISTS', unpack(asked))
  -- A server that takes no writes just now still answers.
  redis.pcall('ZREM', KEYS[1], unpack(removed))
end
return reply
