-- Gives messages up: for a retry, for later, back to the head, or to the dead letters.
--
-- Keys: 1 the queue; 2 one that never exists.
-- Arguments: 1 channel; 2 the queue's maximum of deliveries; 3 '1' if a dead letter blocks its key; then five for each message: its receipt; how it ends
--   ('f' failed, 'd' deferred, 'r' returned, 'x' rejected); the delay in microseconds, or for 'x' the reason of its death; the error; the checkpoint, or ''.
-- Reply: the indexes (from 1) of the receipts whose lease was lost.
local q = KEYS[1]
local now = clock()
local Q = open(q, now, tonumber(ARGV[2]), ARGV[3], ARGV[1])
local EXHAUSTED, FAILED = 0, 0
if redis.call('ZCOUNT', q .. ':l', '-inf', string.format('%.0f', now)) > 0 then
  Q.sweep(1000)
end

local lost = {}
for i = 1, (#ARGV - 3) / 5 do
  local at = 5 * i - 2
  local ending, number, problem, checkpoint = ARGV[at + 2], tonumber(ARGV[at + 3]), ARGV[at + 4], ARGV[at + 5]
  local e = Q.take(ARGV[at + 1])
  if not e then
    lost[#lost + 1] = i
  else
    local m = Q.read(e)
    if checkpoint ~= '' then
      m.checkpoint = checkpoint
    end
    if ending == 'f' or ending == 'x' then
      m.failures = m.failures + 1
      Q.attempt(m, now, FAILED, problem)
      redis.call('HINCRBY', q, 'fail', 1)
    end

    if ending == 'x' then
      Q.bury(m, number)
    elseif ending == 'f' and Q.exhausted(m) then
      Q.bury(m, EXHAUSTED)
    else
      Q.hold(m)
      if ending == 'r' then
        Q.ready(m, true)
      elseif number > 0 then
        Q.delay(m, now + number)
      else
        m.since = now
        Q.ready(m)
      end
    end
  end
end
Q.wake()
return lost
