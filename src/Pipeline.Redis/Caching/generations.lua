-- Reads the generations of tags; one without a counter gets one, above every number that it ever had: the time in microseconds.
-- Keys:      the counters, at most 64
-- Arguments: 1 milliseconds for which a counter is kept after it was used
-- Reply:     the generations, in the order of the keys
local counters = redis.call('MGET', unpack(KEYS))
local now
for i = 1, #KEYS do
  local counter = counters[i]
  local generation = counter and #counter <= 16 and string.find(counter, '^[1-9]%d*$') and tonumber(counter)
  if generation and generation <= 9007199254740991 then
    -- A read is cheaper than a write, which goes to replicas and to the log.
    if redis.call('PTTL', KEYS[i]) < ARGV[1] * 0.75 then
      redis.call('PEXPIRE', KEYS[i], ARGV[1])
    end
    counters[i] = generation
  else
    if not now then
      local time = redis.call('TIME')
      now = time[1] * 1000000 + time[2]
    end
    redis.call('SET', KEYS[i], string.format('%.0f', now), 'PX', ARGV[1])
    counters[i] = now
  end
end
return counters
