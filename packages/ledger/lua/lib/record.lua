-- The record of a generation is one hash; its attempts are the fields a:1, a:2, … as JSON.

local function load(id)
  local flat = redis.call('HGETALL', recordKey(id))
  if #flat == 0 then return nil end
  local record = {}
  for i = 1, #flat, 2 do record[flat[i]] = flat[i + 1] end
  record.id = id
  return record
end

local function num(record, field) return tonumber(record[field]) or 0 end

local function attemptOf(record, n)
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

local function saveAttempt(record, attempt)
  local json = cjson.encode(attempt)
  record['a:' .. attempt.n] = json
  redis.call('HSET', recordKey(record.id), 'a:' .. attempt.n, json)
end

local function set(record, fields)
  local flat = {}
  for field, value in pairs(fields) do
    record[field] = tostring(value)
    flat[#flat + 1] = field
    flat[#flat + 1] = value
  end
  redis.call('HSET', recordKey(record.id), unpack(flat))
end

-- Redis came back without its last writes, this attempt's intent among them; its own worker still knows that it
-- sent the request. Written down now, or the generation would be submitted and paid again. `late`: also when it has
-- moved on meanwhile, perhaps under a newer attempt, which stays the current one.
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

-- When the sweeper looks at this generation next; nil: never, until something happens.
local function watch(record, at)
  if at then
    redis.call('ZADD', key('watch'), at, record.id)
  else
    redis.call('ZREM', key('watch'), record.id)
  end
end

local function announce(record, event)
  redis.call('XADD', key('events'), 'MAXLEN', '~', 10000, '*',
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
  redis.call('ZADD', key('tenant:') .. record.tenant, record.createdAt, record.id)
  redis.call('SADD', key('tenants'), record.tenant)
end

local function unindex(record)
  redis.call('ZREM', key('tenant:') .. record.tenant, record.id)
  if redis.call('EXISTS', key('tenant:') .. record.tenant) == 0 then redis.call('SREM', key('tenants'), record.tenant) end
end
