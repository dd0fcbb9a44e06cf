-- Deletes what is over, by the time that tests tell, of that which scripts with a first key have made. Stands behind standing-clock.lua.
--
-- Keys:      1 the first key of those scripts.
-- Arguments: 1 the time in microseconds.
local set, moment = beside(KEYS[1], 'expiring'), math.floor(ARGV[1] / 1000)
for _, key in ipairs(redis.call('SMEMBERS', set)) do
  local at = redis.call('GET', beside(key, 'expiry'))
  if not at or tonumber(at) <= moment then
    redis.call('SREM', set, key)
    if at then
      redis.call('DEL', key, beside(key, 'expiry'))
    end
  end
end
return 1
