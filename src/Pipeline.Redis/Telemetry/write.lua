-- Writes a batch of records, each once: a record whose id is known is passed over.
-- A lane is a row of segments, each a stream of records beside the set of their ids. A segment ends when it is full or an eighth of the retention old; the oldest one
-- is forgotten whole, its records together with their ids. So every record that can be read is known, and no more.
--
-- Keys:      1 and 2 what is known of the segments of the accounting and of the diagnostic lane. All others begin like them, and so are of the same slot.
-- Arguments: 1 the most segments of a lane; 2 the retention in ms; then for each lane: how many records, the most of a segment, the earliest and the latest time among
--            the records (18 digits), the ids, the records.
-- Reply:     how many records are new.
local most, retention = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local written = 0
local at = 2
for lane = 1, 2 do
  local count, size, low, high = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3], ARGV[at + 4]
  at = at + 4
  if count > 0 then
    local meta = KEYS[lane]
    local base = string.sub(meta, 1, -2)
    local ends = redis.call('HMGET', meta, 'first', 'last')
    local first, last = tonumber(ends[1] or 1), tonumber(ends[2] or 0)

    -- In pieces, because Lua passes no more to one call.
    for from = at + 1, at + count, 500 do
      local to = math.min(from + 499, at + count)
      local known = {}
      for segment = first, last do
        local found = redis.call('SMISMEMBER', base .. 'i' .. segment, unpack(ARGV, from, to))
        for i = 1, #found do
          if found[i] == 1 then
            known[i] = true
          end
        end
      end
      local ids = {}
      for i = from, to do
        if not known[i - from + 1] then
          ids[#ids + 1] = ARGV[i]
        end
      end

      if #ids > 0 then
        local begun = tonumber(redis.call('HGET', meta, 'b' .. last) or 0)
        if begun + retention / most < now or redis.call('EXISTS', base .. 's' .. last) == 0 or redis.call('SCARD', base .. 'i' .. last) >= size then
          last = last + 1
          -- What is not ours there is refused before anything is written.
          redis.call('XLEN', base .. 's' .. last)
          redis.call('SCARD', base .. 'i' .. last)
          redis.call('HSET', meta, 'first', first, 'last', last, 'b' .. last, string.format('%.0f', now), 'l' .. last, low, 'h' .. last, high)
        end
        while last - first >= most or (first < last and redis.call('EXISTS', base .. 's' .. first) == 0) do
          local gone = redis.call('HMGET', meta, 'gone', 'h' .. first)
          if gone[2] and (not gone[1] or gone[1] < gone[2]) then
            redis.call('HSET', meta, 'gone', gone[2])
          end
          redis.call('UNLINK', base .. 's' .. first, base .. 'i' .. first)
          redis.call('HDEL', meta, 'b' .. first, 'l' .. first, 'h' .. first)
          first = first + 1
          redis.call('HSET', meta, 'first', first)
        end

        local stream, set = base .. 's' .. last, base .. 'i' .. last
        for i = from, to do
          if not known[i - from + 1] then
            redis.call('XADD', stream, '*', 'r', ARGV[i + count])
          end
        end
        redis.call('SADD', set, unpack(ids))
        redis.call('PEXPIRE', stream, ARGV[2])
        redis.call('PEXPIRE', set, ARGV[2])
        local times = redis.call('HMGET', meta, 'l' .. last, 'h' .. last)
        if not times[1] or low < times[1] then
          redis.call('HSET', meta, 'l' .. last, low)
        end
        if not times[2] or high > times[2] then
          redis.call('HSET', meta, 'h' .. last, high)
        end
        written = written + #ids
      end
    end
    at = at + 2 * count
  end
end
return written
