-- Deletes an entry, if its version is the one that the caller names.
--
-- Keys:      1 the entry; 2 the space's counter; 3 the space's index. All of one slot.
-- Arguments: 1 how the entry must begin (its format and version, 9 bytes), empty for any; 2 the space's channel; 3 the entry's name in the index.
-- Reply:     1 deleted, 0 not, -1 what stands there is not ours.
local head = redis.call('GETRANGE', KEYS[1], 0, 8)
if head == '' then
  return 0
end
if #head < 9 or string.byte(head) ~= 1 then
  return -1
end
if ARGV[1] ~= '' and head ~= ARGV[1] then
  return 0
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or 0) or 0
local version = now > last and now or last + 1

redis.call('PUBLISH', ARGV[2], struct.pack('>BI8I8', 2, last, version) .. ARGV[3])
-- A server that is out of memory refuses SET where it comes first, and lets it pass after these: so there is always a way to make room.
redis.call('ZREM', KEYS[3], ARGV[3])
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], string.format('%.0f', version))
return 1
