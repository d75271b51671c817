-- An exact sliding log: one member per request; its score is the latest moment at which Kie can have counted the request.
-- A request without a response has its score in the future: its send deadline plus the request timeout.

local function windowLimit(limit, windowMs)
  -- After a 429 the limit is a little lower and comes back by one every ten quiet windows.
  local cut = redis.call('HMGET', key('window:state'), 'cutLimit', 'cutAt')
  if not cut[1] then return limit end
  local recovered = tonumber(cut[1]) + math.floor((NOW - tonumber(cut[2])) / (10 * windowMs))
  return math.max(1, math.min(limit, recovered))
end

-- Returns the slots left now, and where there is none the ms until one may be free.
local function slotsIn(windowKey, limit, windowMs)
  redis.call('ZREMRANGEBYSCORE', windowKey, '-inf', '(' .. string.format('%.0f', NOW - windowMs))
  local used = redis.call('ZCARD', windowKey)
  if used < limit then return limit - used, 0 end
  local oldest = redis.call('ZRANGE', windowKey, used - limit, used - limit, 'WITHSCORES')
  local countedBy = math.min(tonumber(oldest[2]), NOW)
  return 0, math.max(1, countedBy + windowMs - NOW + 1)
end

local function submitSlots()
  local limit, windowMs = SETTINGS.submitLimit, SETTINGS.submitWindowMs
  return slotsIn(key('window'), windowLimit(limit, windowMs), windowMs)
end

local function reserve(windowKey, member, untilMs) redis.call('ZADD', windowKey, untilMs, member) end

local function release(windowKey, member) redis.call('ZREM', windowKey, member) end

-- The response came: Kie counted the request at least `margin` before now, since it took `latencyMs` altogether.
local function stamp(windowKey, member, latencyMs, margin)
  redis.call('ZADD', windowKey, 'XX', NOW_UP - math.floor(math.min(margin, latencyMs)), member)
end

local function margin() return tonumber(redis.call('HGET', key('window:state'), 'margin')) or 0 end

-- The response came, and a task exists. Quiet time widens the margin towards the smallest latency seen; see `narrow`.
local function stampAccepted(member, latencyMs)
  local state = redis.call('HMGET', key('window:state'), 'minLatency', 'margin', 'ceiling')
  local was, top = tonumber(state[2]) or 0, tonumber(state[3])
  stamp(key('window'), member, latencyMs, was)
  local least = math.min(tonumber(state[1]) or latencyMs, latencyMs)
  local ceiling = math.min(least * 0.8, (top or least) + least * 0.0005)
  local wider = math.min(ceiling, was + least * 0.02)
  -- After a while all three stop changing.
  if least == tonumber(state[1]) and wider == was and ceiling == top then return end
  redis.call('HSET', key('window:state'), 'minLatency', least, 'margin', wider, 'ceiling', ceiling)
end

-- A 429: the margin falls to zero and may only come back to half of what it was; the limit falls once per window.
local function narrow()
  local limit, windowMs = SETTINGS.submitLimit, SETTINGS.submitWindowMs
  local cutAt = tonumber(redis.call('HGET', key('window:state'), 'cutAt')) or 0
  local was = margin()
  if was > 0 then redis.call('HSET', key('window:state'), 'margin', 0, 'ceiling', was / 2) end
  if NOW - cutAt >= windowMs then
    local lower = windowLimit(limit, windowMs) - math.max(1, math.floor(limit / 20))
    redis.call('HSET', key('window:state'), 'cutLimit', math.max(1, lower), 'cutAt', NOW)
  end
end

-- Queries per second that hold now: the setting, or what was learned above it where another setting allows more.
local function pollLimit()
  local least, most = SETTINGS.pollLimitPerSecond, SETTINGS.pollLimitMaxPerSecond
  if most <= least then return least end
  local learned = tonumber(redis.call('HGET', key('poll:state'), 'limit')) or least
  return math.max(least, math.min(most, learned))
end

-- ms of use to the limit without a refusal before one more query per second is tried; after a refusal; and how long a
-- refused limit is not tried again.
local RAISE_MS, REFUSED_MS, AVOID_MS = 600 * 1000, 3600 * 1000, 86400 * 1000

-- A query took the last slot: more queries than the limit may be wanted.
local function raisePollLimit()
  local most = SETTINGS.pollLimitMaxPerSecond
  if most <= SETTINGS.pollLimitPerSecond then return end
  local state = redis.call('HMGET', key('poll:state'), 'raiseAt', 'refusedAt', 'refused')
  local raiseAt, refusedAt, refused = tonumber(state[1]), tonumber(state[2]), tonumber(state[3])
  if not raiseAt then redis.call('HSET', key('poll:state'), 'raiseAt', NOW + RAISE_MS) return end
  local limit = pollLimit() + 1
  if NOW < raiseAt or limit > most then return end
  if refused and limit >= refused and NOW - refusedAt < AVOID_MS then return end
  redis.call('HSET', key('poll:state'), 'limit', limit, 'raiseAt', NOW + RAISE_MS)
end

-- Kie refused a query with 429. All 429s of one second tell the same.
local function lowerPollLimit()
  if SETTINGS.pollLimitMaxPerSecond <= SETTINGS.pollLimitPerSecond then return end
  local refusedAt = tonumber(redis.call('HGET', key('poll:state'), 'refusedAt'))
  if refusedAt and NOW - refusedAt < 1000 then return end
  local limit = pollLimit()
  local lower = math.max(SETTINGS.pollLimitPerSecond, math.floor(limit * 0.7))
  redis.call('HSET', key('poll:state'), 'limit', lower, 'raiseAt', NOW + REFUSED_MS, 'refusedAt', NOW, 'refused', limit)
end

-- The query budget: a sliding second over all workers, unless Kie has just refused queries.
local function pollSlots()
  local pausedUntil = tonumber(redis.call('GET', key('poll:hold')))
  if pausedUntil and pausedUntil > NOW then return 0, pausedUntil - NOW end
  return slotsIn(key('polls'), pollLimit(), 1000)
end

-- One query, counted until its timeout. The same permit asked for twice is one query, also where it took the last slot.
-- Returns the slots that are left, or nil and the ms until one may be free.
local function grantPoll(permit, timeoutMs)
  -- A permit that has left the window needs a new slot.
  local score = tonumber(redis.call('ZSCORE', key('polls'), permit))
  local again = score and score >= NOW - 1000
  local slots, waitMs = pollSlots()
  if slots == 0 and not again then return nil, waitMs end
  reserve(key('polls'), permit, NOW_UP + timeoutMs)
  if again then return slots end
  if slots == 1 then raisePollLimit() end
  return slots - 1
end

-- The same as `slotsIn`, read only.
local function peekSlots(windowKey, limit, windowMs)
  local used = redis.call('ZCOUNT', windowKey, NOW - windowMs, '+inf')
  if used < limit then return limit - used, 0 end
  local total = redis.call('ZCARD', windowKey)
  local oldest = redis.call('ZRANGE', windowKey, total - limit, total - limit, 'WITHSCORES')
  return 0, math.max(1, math.min(tonumber(oldest[2]), NOW) + windowMs - NOW + 1)
end
