-- Stands before a script of the suite in tests: tells it another time than the server's, and lets its keys expire by that time. The last argument, which the script does not
-- see, is the time in microseconds.
--
-- What is to expire gets an hour of the server's, and beside it, in the same slot, a key that says when it shall; a set beside the script's first key says which
-- keys these are, for whoever moves the time.
local function beside(key, name)
  local open = string.find(key, '{', 1, true)
  local close = open and string.find(key, '}', open + 1, true)
  return (close and close > open + 1 and key or '{' .. key .. '}') .. ':test:' .. name
end

local redis = (function(server)
  local HOUR = '3600000'
  local now = tonumber(table.remove(ARGV))
  local moment = math.floor(now / 1000)

  local function text(number)
    return string.format('%.0f', number)
  end

  local function isDone(reply)
    return reply == 1 or type(reply) == 'table' and reply.ok
  end

  local function note(key, at)
    local set = beside(KEYS[1], 'expiring')
    server.call('SET', beside(key, 'expiry'), text(at), 'PX', HOUR)
    server.call('SADD', set, key)
    server.call('PEXPIRE', set, HOUR)
  end

  local function set(call, words)
    local at
    for i = 4, #words - 1 do
      if words[i] == 'PX' or words[i] == 'PXAT' then
        at = words[i + 1] + (words[i] == 'PX' and moment or 0)
        words[i], words[i + 1] = 'PX', HOUR
      end
    end
    local reply = call(unpack(words))
    if isDone(reply) and at then
      note(words[2], at)
    elseif isDone(reply) then
      server.call('DEL', beside(words[2], 'expiry'))
    end
    return reply
  end

  local function expire(call, key, at)
    local reply = call('PEXPIRE', key, HOUR)
    if isDone(reply) then
      note(key, at)
    end
    return reply
  end

  local function left(call, key)
    local real = call('PTTL', key)
    local at = type(real) == 'number' and real >= 0 and server.call('GET', beside(key, 'expiry'))
    return at and math.max(0, at - moment) or real
  end

  local function through(call)
    return function(command, ...)
      if command == 'TIME' then
        return { text(math.floor(now / 1000000)), text(now % 1000000) }
      elseif command == 'SET' then
        return set(call, { command, ... })
      elseif command == 'PEXPIRE' then
        local key, life = ...
        return expire(call, key, moment + life)
      elseif command == 'PTTL' then
        return left(call, ...)
      end
      return call(command, ...)
    end
  end

  return { call = through(server.call), pcall = through(server.pcall), sha1hex = server.sha1hex, error_reply = server.error_reply, status_reply = server.status_reply }
end)(redis)

