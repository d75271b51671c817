-- The record of a generation is one hash; its attempts are the fields a:1, a:2, … as JSON.

local IN_FLIGHT = { submitting = true, unknown = true, generating = true }

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
-- sent the request. Written down now, or the generation would be submitted and paid again.
local function recoverAttempt(record, tokenHash)
  if record.state ~= 'queued' then return nil end
  local n = num(record, 'attempts') + 1
  local attempt = { n = n, tokenHash = tokenHash, admittedAt = NOW, sendBy = NOW, leaseUntil = NOW, outcome = 'open' }
  set(record, { attempts = n, current = n })
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

-- Moves the record to a state: index, time and event together. `order` is the index score, now unless given.
local function enter(record, state, event, order)
  if record.state and record.state ~= '' then
    redis.call('ZREM', key('state:' .. record.state), record.id)
  end
  -- Denials belong to the task that is left behind.
  if record.state == 'generating' then redis.call('ZREM', key('missing'), record.id) end
  redis.call('ZADD', key('state:' .. state), order or NOW, record.id)
  set(record, { state = state, since = NOW })
  announce(record, event)
end

-- A new vehicle: the older job, wherever it is, ends without acting when it is taken.
local function newVehicle(record, queue)
  local epoch = num(record, 'epoch') + 1
  set(record, { epoch = epoch, vehicle = record.id .. '-' .. epoch, queue = queue })
end

local function creditsClosedMs()
  local total = tonumber(redis.call('HGET', key('gatemem'), 'creditsClosedMs')) or 0
  local gate = redis.call('HGET', key('gates'), 'credits')
  if gate then total = total + NOW - cjson.decode(gate).since end
  return total
end

-- Fresh start in the queue: new deadline, the credit clock at zero. `watch` at the deadline or the first vehicle check.
local function queueAfresh(record, vehicleCheckMs)
  local deadlineAt = NOW + num(record, 'deadlineMs')
  set(record, { queuedAt = NOW, deadlineAt = deadlineAt, creditBase = creditsClosedMs() })
  watch(record, math.min(deadlineAt, NOW + vehicleCheckMs))
end

local function openLetter(record, class, evidence)
  local letter = { class = class, openedAt = NOW, evidence = evidence, from = record.state }
  local n = num(record, 'letters') + 1
  set(record, { letter = cjson.encode(letter), letterClass = class, letters = n })
  redis.call('ZADD', key('letters:' .. class), NOW, record.id)
  redis.call('SADD', key('mirror'), record.id)
  count('letter:' .. class)
end

local function closeLetter(record)
  local class = record.letterClass
  if not class or class == '' then return end
  redis.call('ZREM', key('letters:' .. class), record.id)
  redis.call('SADD', key('mirror'), record.id)
  set(record, { lastLetter = record.letter, letter = '', letterClass = '' })
end

local function die(record, class, evidence)
  openLetter(record, class, evidence)
  set(record, { endedAt = NOW })
  watch(record, nil)
  enter(record, 'dead', 'dead')
end

-- Payload and result of ended generations are kept this long, then a tombstone as long again.
local function watchForPurge(record)
  watch(record, NOW + setting('retentionMs', 7776000000))
end
