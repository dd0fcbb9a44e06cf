-- Leases messages, after doing what time alone has brought. Tenants take turns; of a tenant's messages the higher priority goes first.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 how many at most; 2 lease, microseconds; 3 nonce of this receive (8 bytes); 4 how long the caller waits to be told, ms, or '' if it does not;
--   5 channel; 6 the queue's maximum of deliveries; 7 '1' if a dead letter blocks its key; 8 how many weights follow; then tenant and weight, for each;
--   then the nonces of earlier receives whose reply was lost: what they leased is given back first.
-- Reply: the time and the first attempt token (8 bytes each), then the entries, whose tokens follow each other; or, where nothing is ready, only the number of
--   microseconds until something is due or a lease runs out, or -1.
local q, most = KEYS[1], tonumber(ARGV[1])
local leases, delayed, ring, active = q .. ':l', q .. ':d', q .. ':o', q .. ':a'
local now = clock()
local time = string.format('%.0f', now)
local weights = tonumber(ARGV[8])
local Q

if #ARGV > 8 + 2 * weights then
  Q = open(q, now, tonumber(ARGV[6]), ARGV[7], ARGV[5])
  local lost = {}
  for i = 9 + 2 * weights, #ARGV do
    lost[ARGV[i]] = true
  end

  -- From the last to the first, so that they stand at the head in their order.
  for _, receipt in ipairs(redis.call('ZRANGE', leases, 0, -1, 'REV')) do
    if lost[receipt:sub(9, 16)] then
      Q.ready(Q.read(Q.take(receipt)), true)
    end
  end
end

if redis.call('ZCOUNT', leases, '-inf', time) > 0 or redis.call('ZCOUNT', delayed, '-inf', time) > 0 then
  Q = Q or open(q, now, tonumber(ARGV[6]), ARGV[7], ARGV[5])
  Q.sweep(1000)
end

-- Takes up to so many of a tenant's entries, and says if it has no more.
local entries = {}
local function serve(tenant, wanted)
  local mask = tonumber(redis.call('HGET', active, tenant) or 0)
  local left = mask
  local priority = 9
  while wanted > 0 and left > 0 do
    local own = bit.lshift(1, priority)
    if bit.band(left, own) ~= 0 then
      local got = redis.call('LPOP', q .. ':r:' .. priority .. ':' .. tenant, wanted) or {}
      for i = 1, #got do
        entries[#entries + 1] = got[i]
      end
      wanted = wanted - #got
      if wanted > 0 then
        left = left - own
      end
    end
    priority = priority - 1
  end
  if left ~= mask then
    if left == 0 then
      redis.call('HDEL', active, tenant)
    else
      redis.call('HSET', active, tenant, left)
    end
  end
  return left == 0
end

local order = redis.call('LRANGE', ring, 0, 1)
while #entries < most and #order > 0 do
  local tenant = order[1]
  if #order == 1 then
    if serve(tenant, most - #entries) then
      redis.call('LPOP', ring)
    end
    break
  end

  local weight, credit = 1, 1
  for i = 9, 8 + 2 * weights, 2 do
    if ARGV[i] == tenant then
      weight = tonumber(ARGV[i + 1])
      local kept, whose = (redis.call('HGET', q, 'credit') or ''):match('^(%d+):(.*)$')
      credit = whose == tenant and tonumber(kept) or weight
    end
  end
  local before, wanted = #entries, math.min(credit, most - #entries)
  local ended = serve(tenant, wanted)
  credit = credit - (#entries - before)
  if ended then
    redis.call('LPOP', ring)
  elseif credit <= 0 then
    redis.call('LMOVE', ring, ring, 'LEFT', 'RIGHT')
  end
  if weight > 1 then
    if ended or credit <= 0 then
      redis.call('HDEL', q, 'credit')
    else
      redis.call('HSET', q, 'credit', credit .. ':' .. tenant)
    end
  end
  order = redis.call('LRANGE', ring, 0, 1)
end

local reply, fields, scores = { '' }, {}, {}
local token = #entries > 0 and redis.call('HINCRBY', q, 'tok', #entries) - #entries or 0
local ends = string.format('%.0f', now + ARGV[2])
for i = 1, #entries do
  local e = entries[i]
  if #e < 60 or e:byte(17) ~= 1 then
    Q = Q or open(q, now, tonumber(ARGV[6]), ARGV[7], ARGV[5])
    Q.buryForeign(e)
  else
    local n = #reply
    local receipt = struct.pack('>I8', token + n) .. ARGV[3] .. e:sub(33, 48)
    reply[n + 1] = e
    fields[2 * n - 1], fields[2 * n] = receipt, e
    scores[2 * n - 1], scores[2 * n] = ends, receipt
  end
end

if #reply == 1 then
  if ARGV[4] ~= '' then
    redis.call('SET', q .. ':c', '', 'PX', ARGV[4])
  end
  local next = -1
  for _, set in ipairs({ leases, delayed }) do
    local soonest = redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2]
    if soonest and (next < 0 or soonest - now < next) then
      next = math.max(0, soonest - now)
    end
  end
  return { next }
end

redis.call('HSET', q .. ':i', unpack(fields))
redis.call('ZADD', leases, unpack(scores))
if Q then
  Q.wake()
end
reply[1] = struct.pack('>I8I8', now, token + 1)
return reply
