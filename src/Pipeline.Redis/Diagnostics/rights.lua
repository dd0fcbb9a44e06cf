-- Finds the commands that the user may not use. From Redis 7.0 on the server is asked and nothing runs; before, each command runs on a key
-- that is removed at the end, with arguments that do nothing else.
-- Keys: 1 a key of the doctor's own.
-- Arguments: 1 "ask", or "try" to run the commands whatever the version; 2 a channel; 3... the commands.
-- Reply: the commands that may not be used, with PUBLISH and SUBSCRIBE on the channel among them.
local ask = ARGV[1] == 'ask' and redis.acl_check_cmd
local missing = {}

-- How many arguments a command takes is not known here; the first number that it accepts will do.
local function allows(command, argument, least)
  local arguments = {}
  for _ = 1, least do
    arguments[#arguments + 1] = argument
  end
  for _ = least, 6 do
    local known, answer
    if ask then
      known, answer = pcall(ask, command, unpack(arguments))
    else
      answer = redis.pcall(command, unpack(arguments))
      local text = type(answer) == 'table' and answer.err or ''
      known = not string.find(text, 'rong number of arg')
      answer = not (string.find(text, "can't run") or string.find(text, "can't access") or string.find(text, 'No permission'))
    end
    if known then
      return answer
    end
    arguments[#arguments + 1] = argument
  end
  return true
end

for i = 3, #ARGV do
  if not allows(ARGV[i], KEYS[1], 0) then
    missing[#missing + 1] = ARGV[i]
  end
end
if not allows('PUBLISH', ARGV[2], 2) then
  missing[#missing + 1] = 'PUBLISH'
end
if ask and not allows('SUBSCRIBE', ARGV[2], 1) then
  missing[#missing + 1] = 'SUBSCRIBE'
end
if not ask then
  redis.pcall('DEL', KEYS[1])
end
return missing
