-- Writes an entry if its version is the one that the caller names.
-- A version is the server's time in microseconds, or one more than the space's last where that is greater: none is given out twice, even if the counter was lost.
--
-- Keys:      1 the entry; 2 the space's counter; 3 the space's index. All of one slot, and so are the few other entries that the sweep asks for.
-- Arguments: 1 how the entry must begin (its format and version, 9 bytes), empty where there must be none; 2 time to live in ms, 0 for ever; 3 the value;
--            4 the space's channel; 5 the entry's name in the index; 6 what the keys of the space's entries begin with.
-- Reply:     the new version (8 bytes); or, where nothing was written, the whole entry that stands there, nil where there is none, empty where it is not ours.
local head = redis.call('GETRANGE', KEYS[1], 0, 8)
if head ~= ARGV[1] then
  if head == '' then
    return false
  end
  local entry = redis.call('GET', KEYS[1])
  if #entry < 17 or string.byte(entry) ~= 1 then
    return ''
  end
  return entry
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or 0) or 0
local version = now > last and now or last + 1

-- What can be refused comes first; what is refused then has changed nothing that anybody sees.
if head == '' then
  redis.call('ZADD', KEYS[3], 0, ARGV[5])
  if ARGV[2] ~= '0' then
    -- Three looks for each new name that will go keep those whose entries have expired at about a third of the index.
    local names = redis.call('ZRANDMEMBER', KEYS[3], -3)
    for i = 1, #names do
      if names[i] ~= ARGV[5] and redis.call('EXISTS', ARGV[6] .. names[i]) == 0 then
        redis.call('ZREM', KEYS[3], names[i])
      end
    end
  end
end
redis.call('SET', KEYS[2], string.format('%.0f', version))
redis.call('PUBLISH', ARGV[4], struct.pack('>BI8I8', 1, last, version) .. ARGV[5])

if ARGV[2] == '0' then
  redis.call('SET', KEYS[1], struct.pack('>BI8I8', 1, version, 0) .. ARGV[3])
else
  local expiry = math.ceil(now / 1000) + ARGV[2]
  redis.call('SET', KEYS[1], struct.pack('>BI8I8', 1, version, expiry) .. ARGV[3], 'PXAT', string.format('%.0f', expiry))
end
return struct.pack('>I8', version)
