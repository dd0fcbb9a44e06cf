-- Reads, counts, redrives or discards dead letters, oldest first, up to a number of those looked at.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 channel; 2 the queue's maximum of deliveries; 3 '1' if a dead letter blocks its key; 4 what: 'browse', 'count', 'redrive' or 'discard';
--   5 after which number; 6 up to which number, or '' for the last there is; 7 how many letters to act on; 8 how many to look at; then the filter, '' where it selects
--   nothing away: 9 tenant; 10 type; 11 reason; 12 died at or after, microseconds; 13 died before; then the ids, if only some are meant.
-- Reply: the number after which to go on, or '' if that was all; the last number there is; how many were acted on; and to 'browse' the letters: time of death (8),
--   reason (1), entry.
local q = KEYS[1]
local now = clock()
local Q = open(q, now, tonumber(ARGV[2]), ARGV[3], ARGV[1])
Q.sweep(1000)

local what, after, most, look = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[7]), tonumber(ARGV[8])
local last = redis.call('HGET', q, 'dead') or '0'
local upto = tonumber(ARGV[6] ~= '' and ARGV[6] or last)

local filter = table.concat(ARGV, '', 9)
if what == 'count' and filter == '' then
  return { '', last, redis.call('ZCARD', q .. ':x') }
end

local letters = {}
if #ARGV > 13 then
  for i = 14, #ARGV do
    local number = tonumber(redis.call('ZSCORE', q .. ':x', ARGV[i]) or 0)
    if number > after and number <= upto then
      letters[#letters + 1] = { ARGV[i], number }
    end
  end
  table.sort(letters, function(a, b) return a[2] < b[2] end)
else
  local found = redis.call('ZRANGEBYSCORE', q .. ':x', '(' .. string.format('%.0f', after), upto, 'WITHSCORES', 'LIMIT', 0, look)
  for i = 1, #found, 2 do
    letters[#letters + 1] = { found[i], tonumber(found[i + 1]) }
  end
end

local function matches(letter)
  local at, reason = struct.unpack('>I8B', letter)
  local e = letter:sub(10)
  if (ARGV[11] ~= '' and reason ~= tonumber(ARGV[11])) or (ARGV[12] ~= '' and at < tonumber(ARGV[12])) or (ARGV[13] ~= '' and at >= tonumber(ARGV[13])) then
    return false
  end
  if ARGV[9] == '' and ARGV[10] == '' then
    return true
  end
  if not Q.readable(e) then
    return false
  end
  local m = Q.read(e)
  return (ARGV[9] == '' or m.tenant == ARGV[9]) and (ARGV[10] == '' or m.envelope:sub(4, 3 + struct.unpack('>I2', m.envelope, 2)) == ARGV[10])
end

-- Where the letter holds its ordering key, its message resumes its place; else it goes to the end.
local function redrive(m)
  m.failures, m.crashes, m.redrives, m.since, m.flags = 0, 0, m.redrives + 1, now, bit.band(m.flags, 1)
  redis.call('HINCRBY', q, 'red', 1)
  if m.flags == 1 and redis.call('HGET', q .. ':k', m.line) == 'h' .. m.id then
    redis.call('HSET', q .. ':k', m.line, '1')
    Q.ready(m)
  else
    Q.arrive(m)
  end
end

local reply, acted, at = { '', last, 0 }, 0, after
for i = 1, #letters do
  if acted == most then
    reply[1] = string.format('%.0f', at)
    break
  end
  local id = letters[i][1]
  at = letters[i][2]
  local letter = redis.call('HGET', q .. ':b', id)
  local e = letter and letter:sub(10)
  if letter and matches(letter) and (what ~= 'redrive' or Q.readable(e)) then
    acted = acted + 1
    if what == 'browse' then
      reply[#reply + 1] = letter
    elseif what ~= 'count' then
      redis.call('ZREM', q .. ':x', id)
      redis.call('HDEL', q .. ':b', id)
      local m = Q.readable(e) and Q.read(e)
      if what == 'redrive' then
        redrive(m)
      elseif m and redis.call('HGET', q .. ':k', m.line) == 'h' .. id then
        Q.advance(m.line)
      end
    end
  end
end
if reply[1] == '' and #ARGV <= 13 and #letters == look then
  reply[1] = string.format('%.0f', at)
end
reply[3] = acted
Q.wake()
return reply
