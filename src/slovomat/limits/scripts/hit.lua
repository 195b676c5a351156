-- Counts one call for each key, if its moving window of a minute has room; or only looks.
-- KEYS: one a call. ARGV: the limit of each, and 1 to count or 0 to look. Answer: "passed used wait_ms",
-- one triple a call.
--
-- A key is a list of "time_ms:total". `total` counts all calls so far, so that the calls between two
-- entries are a subtraction. The first entry is the newest that has left the window. Calls of the same
-- tenth of a second share an entry, which bears the time of the last one: a call may be counted up to
-- 0.1 s too long, never too short, and a caller takes at most 601 entries.

local WINDOW_MS, STEP_MS = 60000, 100

local function server_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function read(entry)
  local time, total = string.match(entry, '^(%d+):(%d+)$')
  return tonumber(time), tonumber(total)
end

local function write(time, total)
  return string.format('%.0f:%.0f', time, total)
end

-- Lets go of what has left the window. The first entry's total, and the second entry.
local function forget_old(key, now)
  local head = redis.call('LRANGE', key, 0, 1)
  while head[2] and now - read(head[2]) > WINDOW_MS do
    redis.call('LPOP', key)
    head = redis.call('LRANGE', key, 0, 1)
  end
  local _, gone = read(head[1])
  return gone, head[2]
end

-- When the next call passes: once fewer than the limit are left, which may have been lowered since.
local function wait_ms(key, limit, total, now)
  local at = 1
  local time, before = read(redis.call('LINDEX', key, at))
  while total - before >= limit do
    at = at + 1
    time, before = read(redis.call('LINDEX', key, at))
  end
  return math.min(WINDOW_MS, time + WINDOW_MS + 1 - now)
end

local function hit(key, limit, counts, clock)
  local last = redis.call('LINDEX', key, -1)
  if not last then
    if not counts then
      return 0, 0, 0
    end
    last = '0:0'
    redis.call('RPUSH', key, last)
  end
  local last_time, total = read(last)
  local now = math.max(clock, last_time)  -- the server's clock may have been set back
  local gone, second = forget_old(key, now)
  local used = total - gone
  if now - clock > WINDOW_MS then  -- by far: nobody is barred for longer than a minute from now on
    now = clock
    redis.call('DEL', key)
    redis.call('RPUSH', key, '0:0', write(now, used))
    last_time, total, second = now, used, true
  end
  if used >= limit then
    return 0, used, wait_ms(key, limit, total, now)
  end
  if not counts then
    return 0, used, 0
  end
  local entry = write(now, total + 1)
  if second and math.floor(last_time / STEP_MS) == math.floor(now / STEP_MS) then
    redis.call('LSET', key, -1, entry)
  else
    redis.call('RPUSH', key, entry)
  end
  redis.call('PEXPIRE', key, now - clock + WINDOW_MS + STEP_MS)
  return 1, used + 1, 0
end

local clock = server_ms()
local answer = {}
for number, key in ipairs(KEYS) do
  local limit, counts = tonumber(ARGV[2 * number - 1]), ARGV[2 * number] == '1'
  local passed, used, wait = hit(key, limit, counts, clock)
  answer[number] = string.format('%d %.0f %.0f', passed, used, wait)
end
return table.concat(answer, ' ')
