-- What the scripts of a queue share: a library that a script opens where it needs more than its shortest path, so that the short path pays for none of it.
--
-- Keys: all of a queue begin with KEYS[1], which carries the queue's hash tag. KEYS[2] never exists: while the slot moves to another node, that makes the nodes refuse
-- a script before it runs, which could not reach the further keys that it works out by itself. KEYS[1] itself is a hash of counters
--   enq, done, fail, crash, dead: totals; red: redriven; blk: blocked now; tok: last attempt token; seq: last place among the delayed;
--   credit: how many more the tenant at the ring's head gets, and which it is.
--   :r:<priority>:<tenant>  list, ready entries            :o  list, the ring of tenants that have any
--   :a  hash, tenant -> bits of the priorities that may have entries
--   :l  sorted set, receipt -> end of its lease            :i  hash, receipt -> entry
--   :d  sorted set, place (8 bytes) and entry -> due time
--   :k  hash, tenant NUL ordering key -> '1', or 'h' and the id of the dead letter that holds it; :w:<tenant NUL key> list, entries behind it
--   :x  sorted set, id of a dead letter -> its number      :b  hash, id -> time of death (8), reason (1), entry
--   :t:<token> repeat token of an enqueue   :u:<tenant NUL key> deduplication key -> id of its first message
--   :c  somebody waits for messages         :p  sorted set of producers that wait for room, :p:<ticket> while one lives, :g somebody waits for room
-- Arguments: open(q, now, max, blocks, channel): the base key, the time in microseconds, the queue's own maximum of deliveries,
--   '1' if a dead letter blocks its ordering key, and the channel to wake waiters on.
-- Reply: a table of functions.
--
-- An entry (all numbers big-endian): enqueued (8) and ready since (8) in microseconds, version (1) = 1, flags (1: 1 keyed, 2 holds its key), priority (1),
-- attempts kept (1), own maximum (2, 0 = the queue's), failures (2), crashes (2), redrives (2), deliveries (4), id (16), lengths of tenant (2), ordering key (2),
-- envelope (4), checkpoint (4); then tenant, ordering key, envelope, checkpoint, attempts. An attempt: delivery (4), time (8), outcome (1), length (2), error.
-- A receipt: attempt token (8), nonce of the receive (8), id (16).
local function open(q, now, max, blocks, channel)
  local HEAD = '>I8I8BBBBI2I2I2I2I4c16I2I2I4I4'
  local KEYED, HOLDS, ATTEMPTS, EXHAUSTED, UNREADABLE, CRASHED = 1, 2, 32, 0, 2, 1
  local Q = { made = false, freed = false }

  function Q.readable(e)
    return #e >= 60 and e:byte(17) == 1
  end

  function Q.read(e)
    local m = {}
    m.enqueued, m.since, m.version, m.flags, m.priority, m.kept, m.max, m.failures, m.crashes, m.redrives, m.deliveries, m.id, m.tl, m.kl, m.el, m.cl =
      struct.unpack(HEAD, e)
    local at = 61
    local function part(length)
      at = at + length
      return e:sub(at - length, at - 1)
    end
    m.tenant, m.key, m.envelope, m.checkpoint = part(m.tl), part(m.kl), part(m.el), part(m.cl)
    m.attempts = e:sub(at)
    m.line = m.tenant .. '\0' .. m.key
    return m
  end

  function Q.write(m)
    return struct.pack(HEAD, m.enqueued, m.since, 1, m.flags, m.priority, m.kept, m.max, m.failures, m.crashes, m.redrives, m.deliveries, m.id,
      #m.tenant, #m.key, #m.envelope, #m.checkpoint) .. m.tenant .. m.key .. m.envelope .. m.checkpoint .. m.attempts
  end

  function Q.activate(tenant, priority)
    local mask = tonumber(redis.call('HGET', q .. ':a', tenant) or 0)
    local with = bit.bor(mask, bit.lshift(1, priority))
    if with ~= mask then
      redis.call('HSET', q .. ':a', tenant, with)
      if mask == 0 then
        redis.call('RPUSH', q .. ':o', tenant)
      end
    end
  end

  function Q.ready(m, front)
    local list = q .. ':r:' .. m.priority .. ':' .. m.tenant
    if front then
      -- The head of a list is the one that has been ready longest; what comes before it has waited no less.
      local head = redis.call('LINDEX', list, 0)
      m.since = head and #head >= 16 and math.min(now, (struct.unpack('>I8', head, 9))) or now
    end
    local length = redis.call(front and 'LPUSH' or 'RPUSH', list, Q.write(m))
    Q.made = true
    if length == 1 then
      Q.activate(m.tenant, m.priority)
    end
  end

  -- A message that has no place yet goes to the end: of its key's line, if it has one, else of what is ready.
  function Q.arrive(m)
    if bit.band(m.flags, KEYED) == 0 or redis.call('HSETNX', q .. ':k', m.line, '1') == 1 then
      Q.ready(m)
    else
      redis.call('RPUSH', q .. ':w:' .. m.line, Q.write(m))
      redis.call('HINCRBY', q, 'blk', 1)
    end
  end

  function Q.delay(m, due)
    local place = redis.call('HINCRBY', q, 'seq', 1)
    local member = struct.pack('>I8', place) .. Q.write(m)
    redis.call('ZADD', q .. ':d', string.format('%.0f', due), member)

    -- Who waits knows of a later time.
    if redis.call('ZRANGE', q .. ':d', 0, 0)[1] == member then
      Q.made = true
    end
  end

  -- Puts a new message where it belongs. Due: '' now, 'd' and a delay, or 'a' and a time, microseconds.
  function Q.add(m, due)
    local time = due ~= '' and tonumber(due:sub(2)) + (due:byte() == 100 and now or 0) or 0
    if time > now then
      Q.delay(m, time)
    else
      Q.arrive(m)
    end
  end

  -- The next of an ordering key is ready.
  function Q.advance(line)
    local e = redis.call('LPOP', q .. ':w:' .. line)
    if e then
      local m = Q.read(e)
      m.since = now
      redis.call('HINCRBY', q, 'blk', -1)
      Q.ready(m)
    else
      redis.call('HDEL', q .. ':k', line)
    end
  end

  function Q.shelve(id, reason, e)
    local number = redis.call('HINCRBY', q, 'dead', 1)
    redis.call('ZADD', q .. ':x', number, id)
    redis.call('HSET', q .. ':b', id, struct.pack('>I8B', now, reason) .. e)
    Q.freed = true
  end

  function Q.bury(m, reason)
    Q.shelve(m.id, reason, Q.write(m))
    if bit.band(m.flags, KEYED) ~= 0 then
      if blocks == '1' then
        redis.call('HSET', q .. ':k', m.line, 'h' .. m.id)
      else
        Q.advance(m.line)
      end
    end
  end

  -- What no version of ours wrote, or a later one did: nobody can work on it, and it is kept as it is.
  function Q.buryForeign(e)
    local id = #e >= 48 and e:sub(33, 48) or redis.sha1hex(e):sub(1, 16)
    Q.shelve(id, UNREADABLE, e)
  end

  function Q.attempt(m, at, outcome, problem)
    m.deliveries = m.deliveries + 1
    if m.kept == ATTEMPTS then
      m.attempts = m.attempts:sub(16 + struct.unpack('>I2', m.attempts, 14))
    else
      m.kept = m.kept + 1
    end
    m.attempts = m.attempts .. struct.pack('>I4I8BI2', m.deliveries, at, outcome, #problem) .. problem
  end

  function Q.exhausted(m)
    return m.failures + m.crashes >= (m.max > 0 and m.max or max)
  end

  -- The message keeps the head of its ordering key, wherever it waits now.
  function Q.hold(m)
    if bit.band(m.flags, KEYED) ~= 0 then
      m.flags = bit.bor(m.flags, HOLDS)
    end
  end

  -- Takes what a receipt holds, or nothing where the lease is lost.
  function Q.take(receipt)
    if redis.call('ZREM', q .. ':l', receipt) == 0 then
      return nil
    end
    local e = redis.call('HGET', q .. ':i', receipt)
    redis.call('HDEL', q .. ':i', receipt)
    return e or nil
  end

  -- Does what time alone has brought: leases that ran out, and delays that are over, up to so many of each.
  function Q.sweep(most)
    local expired = redis.call('ZRANGEBYSCORE', q .. ':l', '-inf', string.format('%.0f', now), 'WITHSCORES', 'LIMIT', 0, most)
    for i = 1, #expired, 2 do
      local e = Q.take(expired[i])
      local m = e and Q.read(e)
      if m then
        m.crashes = m.crashes + 1
        Q.attempt(m, tonumber(expired[i + 1]), CRASHED, '')
        redis.call('HINCRBY', q, 'crash', 1)
        if Q.exhausted(m) then
          Q.bury(m, EXHAUSTED)
        else
          Q.hold(m)
          m.since = now
          Q.ready(m)
        end
      end
    end

    local due = redis.call('ZRANGEBYSCORE', q .. ':d', '-inf', string.format('%.0f', now), 'WITHSCORES', 'LIMIT', 0, most)
    for i = 1, #due, 2 do
      local e = due[i]:sub(9)
      local m = Q.readable(e) and Q.read(e)
      if not m then
        Q.buryForeign(e)
      else
        m.since = tonumber(due[i + 1])
        if bit.band(m.flags, HOLDS) ~= 0 then
          Q.ready(m)
        else
          Q.arrive(m)
        end
      end
    end
    if #due > 0 then
      redis.call('ZREMRANGEBYRANK', q .. ':d', 0, #due / 2 - 1)
    end
  end

  -- Tells those that wait, if anybody does, what has come.
  function Q.wake()
    if Q.made and redis.call('DEL', q .. ':c') == 1 then
      redis.call('PUBLISH', channel, 'm')
    end
    if Q.freed and redis.call('DEL', q .. ':g') == 1 then
      redis.call('PUBLISH', channel, 'r')
    end
  end

  return Q
end

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000000 + t[2]
end
