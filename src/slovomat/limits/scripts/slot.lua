-- Takes, keeps and gives back slots, each under a lease, so that a dead node's slots come back.
-- KEYS: one a call. ARGV: verb, token, limit of each. Answer: 1 or 0 a call, 0 for one that may not enter.
--
-- A key is a sorted set of tokens by the time when their leases end.

local LEASE_MS = 30000

local function server_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function keep(key, token, now)
  redis.call('ZADD', key, now + LEASE_MS, token)
  redis.call('PEXPIRE', key, LEASE_MS)
  return 1
end

local function enter(key, token, limit, now)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if redis.call('ZCARD', key) >= limit then
    return 0
  end
  return keep(key, token, now)
end

local function leave(key, token)
  redis.call('ZREM', key, token)
  return 1
end

local now = server_ms()
local answer = {}
for number, key in ipairs(KEYS) do
  local verb, token, limit = unpack(ARGV, 3 * number - 2, 3 * number)
  if verb == 'enter' then
    answer[number] = enter(key, token, tonumber(limit), now)
  elseif verb == 'keep' then
    answer[number] = keep(key, token, now)
  else
    answer[number] = leave(key, token)
  end
end
return table.concat(answer, ' ')
