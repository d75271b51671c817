-- The record of a generation is one hash; its attempts are the fields a:1, a:2, … as JSON. A script changes one record:
-- what it sets is kept here and written at once, by `reply` or before it by `save`.
-- CHANGED is field, value, field, value; of a field that is set twice the later one counts. It is allocated beforehand,
-- since a table that grows costs more than everything that is put into it.
local OWNER, FILLED, ATTEMPTS = nil, 0, {}
local CHANGED = { nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil }

-- The numbers that a transition writes most, as text: one script writes NOW up to six times.
local TEXTS = { [0] = '0', [1] = '1', [NOW] = string.format('%.0f', NOW) }

local function num(record, field) return tonumber(record[field]) or 0 end

local function attemptOf(record, n)
  if ATTEMPTS[n] then return ATTEMPTS[n] end
  local json = record['a:' .. n]
  return json and cjson.decode(json) or nil
end

local function findAttempt(record, tokenHash)
  for n = num(record, 'attempts'), 1, -1 do
    local attempt = attemptOf(record, n)
    if attempt and attempt.tokenHash == tokenHash then return attempt end
  end
  return nil
end

-- Later changes of the attempt are written, too.
local function saveAttempt(record, attempt)
  OWNER, ATTEMPTS[attempt.n] = record, attempt
end

local function set(record, fields)
  local n = FILLED
  for field, value in pairs(fields) do
    record[field] = value
    CHANGED[n + 1], CHANGED[n + 2] = field, TEXTS[value] or value
    n = n + 2
  end
  OWNER, FILLED = record, n
end

-- Adds one field to an attempt without decoding it: decoding and encoding its JSON costs five times as much.
local function addToAttempt(record, n, name, word)
  local json = record['a:' .. n]
  set(record, { ['a:' .. n] = string.sub(json, 1, -2) .. ',"' .. name .. '":"' .. word .. '"}' })
end

local function save()
  if not OWNER then return end
  for n, attempt in pairs(ATTEMPTS) do set(OWNER, { ['a:' .. n] = cjson.encode(attempt) }) end
  -- Lua unpacks at most some thousands of values at once; a purge changes every attempt.
  for from = 1, FILLED, 2000 do
    redis.call('HSET', recordKey(OWNER.id), unpack(CHANGED, from, math.min(from + 1999, FILLED)))
  end
  OWNER, FILLED, ATTEMPTS = nil, 0, {}
end

-- Redis came back without its last writes, among them this attempt's intent; the worker still knows that it sent the
-- request. The attempt is recorded now, or the generation would be submitted and paid again. `late`: also when the
-- generation has moved on meanwhile, perhaps under a newer attempt, which stays the current one.
local function recoverAttempt(record, tokenHash, late)
  local isInTime = record.state == 'queued'
  if not isInTime and not late then return nil end
  local n = num(record, 'attempts') + 1
  local attempt = { n = n, tokenHash = tokenHash, admittedAt = NOW, sendBy = NOW, leaseUntil = NOW, outcome = 'open' }
  set(record, { attempts = n, current = isInTime and n or num(record, 'current') })
  saveAttempt(record, attempt)
  count('recovered')
  return attempt
end

-- When the sweeper checks this generation next; nil: not until a transition moves it.
local function watch(record, at)
  if at then
    redis.call('ZADD', key('watch'), TEXTS[at] or at, record.id)
  else
    redis.call('ZREM', key('watch'), record.id)
  end
end

local function announce(record, event)
  redis.call('XADD', key('events'), 'MAXLEN', '~', '10000', '*',
    'generation', record.id, 'state', record.state, 'event', event, 'tenant', record.tenant or '')
end

-- The in-flight set is the union of three state indexes, so that it cannot drift from the states.
local function inFlight()
  return redis.call('ZCARD', key('state:submitting'))
    + redis.call('ZCARD', key('state:unknown'))
    + redis.call('ZCARD', key('state:generating'))
end

-- By tenant and creation, for lists.
local function index(record)
  redis.call('ZADD', key('tenant:') .. record.tenant, TEXTS[record.createdAt] or record.createdAt, record.id)
  redis.call('SADD', key('tenants'), record.tenant)
end

local function unindex(record)
  redis.call('ZREM', key('tenant:') .. record.tenant, record.id)
  if redis.call('EXISTS', key('tenant:') .. record.tenant) == 0 then redis.call('SREM', key('tenants'), record.tenant) end
end
