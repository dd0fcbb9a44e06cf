-- Changes states of one slot, all of them or none: takes the costs of a request if all fit, or ends a reservation.
-- Keys: the states, one for each plan; then the record of the reservation, if there is one to write or to read.
-- Arguments: 1 the mode (1 byte): 0 take, 1 take and write the record, 2 end what the record says, 3 give back what argument 2 says. 2 the
-- reservation's id (16 bytes), in mode 3 followed by its record. From 3 on a plan for each state: kind, step, place in the request (1 byte
-- each), amount, limit, a, b (I7 each), and how long the state is kept after a charge, in milliseconds, as text.
--   kinds: 1 bucket (a: refill, b: period in microseconds), 2 sliding window (a: microseconds in a unit, b: length in units), 3 fixed window
--   (a: length, b: how long it is remembered after its end, in milliseconds), 4 month (b as for 3), 5 leases (a: duration in microseconds).
--   steps: 0 take, 1 take what may be given back, 2 charge, 3 give back.
-- Reply: modes 0 and 1: \1 or \0 for granted or denied, the time (I7), and each state as it is now (\16: none; of a sliding window that was
-- granted the head; of leases \22, held, when the last runs out, when enough have run out, I7 each). Modes 2 and 3: \1 if something was
-- ended, else \0. Unreadable: \2.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local call, pack, unpack, floor = redis.call, struct.pack, struct.unpack, math.floor
local count, mode = #ARGV - 2, string.byte(ARGV[1])
local most, wrap, carry = 9007199254740991, 4294967296, 281474976710656
local granted, ended, marks = true, false, nil
if mode > 1 then
  local record = mode == 2 and #KEYS > count and call('GET', KEYS[#KEYS]) or mode == 3 and string.sub(ARGV[2], 17)
  if record then
    if #record < 8 or string.byte(record) ~= 0x15 or (#record - 8) % 15 ~= 0 then return '\2' end
    if mode == 3 or now <= unpack('<I7', record, 2) then
      marks, ended = {}, true
      for from = 9, #record, 15 do marks[string.byte(record, from)] = { unpack('<I7I7', record, from + 1) } end
    end
  end
end

local states, lives, replies, olds, leases, record = {}, {}, {}, {}, nil, nil
for i = 1, count do
  local key, plan = KEYS[i], ARGV[i + 2]
  local kind, step, place, amount, limit, a, b = unpack('<BBBI7I7I7I7', plan)
  local takes, mark = mode < 2, marks and marks[place]
  local needed = takes and amount == 0 and 1 or amount
  local old = kind ~= 5 and call('GET', key)
  local state, head, born, at, life

  if kind == 1 then
    local form, whole, part, time, charged = step == 0 and 0x11 or 0x12, 0, 0, now, 0
    if old then
      if #old < 21 then return '\2' end
      form, whole, part, time = unpack('<BI7I6I7', old)
      if form == 0x12 and #old == 34 then
        born, charged = unpack('<I7I6', old, 22)
      elseif form ~= 0x11 or #old ~= 21 then
        return '\2'
      end
      local passed = now - time
      if passed > 0 then
        time = now
        local gain = passed * a
        local gained = floor(gain / b)
        local rest = gain - gained * b
        if gain >= 9007199254740992 then
          -- Too large for one product: whole periods, and then the refill digit by digit to the base 128.
          local periods = floor(passed / b)
          local left, sum = passed - periods * b, 0
          rest = 0
          for digit = 5, 0, -1 do
            local product = rest * 128 + left * (floor(a / 128 ^ digit) % 128)
            local quotient = floor(product / b)
            sum, rest = sum * 128 + quotient, product - quotient * b
          end
          gained = periods * a + sum
        end
        whole, part = whole - gained, part - rest
        if part < 0 then whole, part = whole - 1, part + b end
        if whole < 0 then whole, part = 0, 0 end
      end
    end
    local changes = amount > 0
    if takes and (whole + needed > limit or (whole + needed == limit and part > 0)) then granted = false end
    if step == 3 then
      -- Paid by the refill are the oldest charges first: what is missing beyond all charges since is what this one has not paid yet.
      local unpaid = mark and born == mark[1] and whole - (charged - mark[2]) or -1
      if unpaid < 0 then
        changes = false
      elseif amount <= unpaid then
        whole = whole - amount
      else
        whole, part = whole - unpaid, 0
      end
    else
      whole = whole + amount
      if whole >= most then whole, part = most, 0 end
      charged = charged + amount
      if step == 2 then
        -- A little more than it takes to pay all.
        life = floor(math.min((whole + 1) * b / a / 1000 * 1.000001 + 1000, 9000000000000000))
      end
    end
    if form == 0x11 and step == 1 then form = 0x12 end
    if form == 0x12 then
      born = born or now
      if charged >= carry then born, charged = born + 1, 0 end
      at = charged
      if changes then state = pack('<BI7I6I7I7I6', form, whole, part, time, born, charged) end
    elseif changes then
      state = pack('<BI7I6I7', form, whole, part, time)
    end

  elseif kind == 2 then
    local time, units = now, now
    if a > 1 then time, units = math.ceil(now / a), floor(now / a) end
    local older, total, newest, latest, oldest, tail = 0, 0, time, 0, 0, ''
    born = now
    if old then
      local form
      if #old < 34 then return '\2' end
      form, older, born, total, newest, latest, oldest = unpack('<BBI7I7I7I7I4', old)
      if form ~= 0x13 or #old ~= 34 + 11 * older then return '\2' end
      local from = 35
      if newest - (newest - oldest) % wrap + b <= units then
        while older > 0 do
          local one, cost = unpack('<I4I7', old, from)
          if newest - (newest - one) % wrap + b > units then break end
          total, older, from = total - cost, older - 1, from + 11
        end
        if older > 0 then oldest = unpack('<I4', old, from) else oldest = newest % wrap end
        if newest + b <= units then total, latest = 0, 0 end
      end
      if older > 0 then tail = string.sub(old, from) end
      if time < newest then time = newest end
    end
    if takes and total + needed > limit then granted = false end
    local changes = amount > 0
    if step == 3 then
      changes = false
      if mark and mark[1] == born and mark[2] + b > units and mark[2] <= newest then
        -- The first that is not older holds the charge: it is the charge itself, or what it was counted with.
        local place, cost = 0, latest
        for entry = 1, older do
          local one, its = unpack('<I4I7', tail, entry * 11 - 10)
          if newest - (newest - one) % wrap >= mark[2] then
            place, cost = entry * 11 - 10, its
            break
          end
        end
        local back = math.min(amount, cost)
        total, changes = total - back, back > 0
        if place > 0 then
          tail = string.sub(tail, 1, place + 3) .. pack('<I7', cost - back) .. string.sub(tail, place + 11)
        else
          latest = latest - back
        end
      end
      time = newest
    else
      if step == 2 then amount = math.min(amount, most - total); changes = amount > 0 end
      if latest > 0 then
        local share = floor(b / 64) + (a > 1 and -2 or 1)
        if floor(time / share) ~= floor(newest / share) then
          if changes then tail = tail .. pack('<I4I7', newest % wrap, latest) end
          older, latest = older + 1, 0
        end
      end
      total, latest, at = total + amount, latest + amount, time
      if older == 0 then oldest = time % wrap end
    end
    if changes then
      head = pack('<BBI7I7I7I7I4', 0x13, older, born, total, time, latest, oldest)
      state = head .. tail
    end

  elseif kind ~= 5 then
    local ms = floor(now / 1000)
    local spans, first, last, ends, used = 0, 0, 0, 0, 0
    born = now
    if old then
      if #old < 34 or string.byte(old) ~= 0x14 then return '\2' end
      spans, born = unpack('<BI7', old, 2)
      if #old ~= 9 + 25 * spans then return '\2' end
      first, last, ends, used = unpack('<I6I6I6I7', old, spans * 25 - 15)
    end
    if first <= ms and ms < ends and step ~= 3 then
      -- The window that was charged last is the present one.
      if takes and used + needed > limit then granted = false end
      -- It is kept for as long as it was.
      at, life = first, true
      if amount > 0 then
        state = string.sub(old, 1, spans * 25 + 2) .. pack('<I7', math.min(used + amount, most))
      end
    else
      local all, found = {}, nil
      for span = 1, spans do
        first, last, ends, used = unpack('<I6I6I6I7', old, span * 25 - 15)
        all[span] = { first, last, ends, used }
        if first <= ms and ms < ends then found = all[span] end
      end
      if takes and (found and found[4] or 0) + needed > limit then granted = false end
      local changes = amount > 0
      if step == 3 then
        changes = false
        for _, span in ipairs(all) do
          if mark and mark[1] == born and span[1] == mark[2] and span[2] == mark[2] and ms < span[3] then
            span[4], changes = math.max(0, span[4] - amount), true
          end
        end
      elseif changes and granted then
        if not found then
          local start, stop
          if kind == 3 then
            start = ms - ms % a
            stop = start + a
          else
            -- The civil calendar by its years from March on, whose last day is the leap day.
            local days = floor(ms / 86400000)
            local era = floor((days + 719468) / 146097)
            local day = days + 719468 - era * 146097
            local year = floor((day - floor(day / 1460) + floor(day / 36524) - floor(day / 146096)) / 365)
            day = day - (365 * year + floor(year / 4) - floor(year / 100))
            local month = floor((5 * day + 2) / 153)
            local length = floor((153 * month + 155) / 5) - floor((153 * month + 2) / 5)
            if month == 11 then
              local leap = year + era * 400 + 1
              length = (leap % 4 == 0 and (leap % 100 ~= 0 or leap % 400 == 0)) and 29 or 28
            end
            start = (days - day + floor((153 * month + 2) / 5)) * 86400000
            stop = start + length * 86400000
          end
          found = { start, start, stop, 0 }
          local place = #all + 1
          while place > 1 and all[place - 1][1] > start do place = place - 1 end
          table.insert(all, place, found)
          if #all > 4 then
            -- The two that are closest to each other, the oldest of these, become one as full as the fuller; the new one stays alone.
            local closest, least = 0, math.huge
            for span = 1, 4 do
              local gap = all[span + 1][1] - all[span][3]
              if span ~= place and span + 1 ~= place and gap < least then closest, least = span, gap end
            end
            local later = table.remove(all, closest + 1)
            all[closest] = { all[closest][1], later[2], later[3], math.max(all[closest][4], later[4]) }
          end
        end
        found[4] = math.min(found[4] + amount, most)
        at = found[1]
        -- What was charged by a clock that was far ahead is not kept for years.
        life = math.min(all[#all][3] - ms + b, found[3] - ms + b + 86400000)
      else
        at = found and found[1] or 0
      end
      if changes and granted then
        local parts = {}
        for span, one in ipairs(all) do parts[span] = pack('<I6I6I6I7', one[1], one[2], one[3], one[4]) end
        state = pack('<BBI7', 0x14, #all, born) .. table.concat(parts)
      end
    end

  else
    local held = call('ZSCORE', key, '')
    local total, gone, ending, enough = tonumber(held or 0), nil, 0, 0
    if not held and call('EXISTS', key) == 1 then return '\2' end
    local member = string.sub(ARGV[2], 1, 16) .. string.format('%.0f', amount)
    if takes then
      if held then
        gone = call('ZRANGEBYSCORE', key, '10000000000001', now)
        for one = 1, #gone do
          local weight = tonumber(string.sub(gone[one], 17))
          if not weight then return '\2' end
          total = total - weight
        end
        ending = tonumber(call('ZRANGE', key, -1, -1, 'WITHSCORES')[2])
        if ending <= now then ending = 0 end
      end
      local excess = total + needed - limit
      if excess > 0 then
        granted = false
        local from = 0
        while excess > 0 do
          local some = call('ZRANGEBYSCORE', key, '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES', 'LIMIT', from, 50)
          if #some == 0 then break end
          for one = 1, #some, 2 do
            excess, enough = excess - (tonumber(string.sub(some[one], 17)) or 0), tonumber(some[one + 1])
            if excess <= 0 then break end
          end
          from = from + 50
        end
      end
      leases = leases or {}
      leases[i] = { total, gone, ending, enough, member, amount, a }
    else
      local expiry = call('ZSCORE', key, member)
      if expiry and tonumber(expiry) > now then
        ended = true
        leases = leases or {}
        leases[i] = { total - amount, member }
      end
    end
  end

  states[i], olds[i], replies[i] = state or false, old or '\16', head or state or old or '\16'
  if state then lives[i] = step ~= 3 and (life or string.sub(plan, 32)) end
  if step == 1 and mode == 1 then record = (record or '') .. pack('<BI7I7', place, born or now, at or 0) end
end

if mode > 1 then
  if not ended then return '\0' end
  if marks and #KEYS > count then call('DEL', KEYS[#KEYS]) end
  for i = 1, count do
    local lease = leases and leases[i]
    if lease then
      call('ZREM', KEYS[i], lease[2])
      if call('ZCARD', KEYS[i]) > 1 then call('ZADD', KEYS[i], lease[1], '') else call('DEL', KEYS[i]) end
    elseif marks and states[i] then
      if not lives[i] or lives[i] == true then
        call('SET', KEYS[i], states[i], 'KEEPTTL')
      else
        call('SET', KEYS[i], states[i], 'PX', lives[i])
      end
    end
  end
  return '\1'
end

for i = 1, count do
  local lease = leases and leases[i]
  if lease then
    local key, total, gone, ending = KEYS[i], lease[1], lease[2], lease[3]
    if granted and lease[6] > 0 then
      if gone and #gone > 0 then call('ZREMRANGEBYSCORE', key, '10000000000001', now) end
      total = total + lease[6]
      ending = math.max(ending, now + lease[7])
      call('ZADD', key, total, '', now + lease[7], lease[5])
      call('PEXPIREAT', key, floor(ending / 1000) + 1)
    end
    olds[i] = pack('<BI7I7I7', 0x16, total, ending, lease[4])
    replies[i] = olds[i]
  elseif granted and states[i] then
    if lives[i] == true then
      call('SET', KEYS[i], states[i], 'KEEPTTL')
    else
      call('SET', KEYS[i], states[i], 'PX', lives[i])
    end
  end
end
if not granted then return '\0' .. pack('<I7', now) .. table.concat(olds) end
if record then call('SET', KEYS[#KEYS], pack('<BI7', 0x15, now + 3600000000) .. record, 'PX', 3600001) end
return '\1' .. pack('<I7', now) .. table.concat(replies)
