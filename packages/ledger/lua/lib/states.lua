-- How a record moves: its state, its vehicle, its dead letter.

-- The record is in a state from now on: index, time and event together. `order` is the index score, now unless given.
local function arrive(record, state, event, order)
  redis.call('ZADD', key('state:' .. state), TEXTS[order or NOW] or order, record.id)
  set(record, { state = state, since = NOW })
  announce(record, event)
end

-- Moves the record to a state, out of the previous one. A new record has neither a state nor a delivery: use `arrive`.
local function enter(record, state, event, order)
  if record.state and record.state ~= '' then
    redis.call('ZREM', key('state:' .. record.state), record.id)
  end
  -- Denials belong to the task that it leaves.
  if record.state == 'generating' then redis.call('ZREM', key('missing'), record.id) end
  arrive(record, state, event, order)
  deliveryEntry(record)
end

-- The class of the open dead letter of a newer version, which only that version resumes or purges; nil where there is none.
local function newerDeadLetter(record)
  local class = record.letterClass or ''
  return class ~= '' and not isKnownClass(class) and class or nil
end

-- The same for the dead letter about its delivery.
local function newerDeliveryDeadLetter(record)
  if (record.noticeLetter or '') == '' then return nil end
  local class = cjson.decode(record.noticeLetter).class
  return not isKnownClass(class) and class or nil
end

-- A new vehicle: a worker that takes the older job ends it without acting.
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

-- The task that a lost response named may still turn up, and be polled.
local function lostAResponse(record)
  for n = 1, num(record, 'attempts') do
    local attempt = attemptOf(record, n)
    if attempt and (attempt.outcome == 'lost' or attempt.outcome == 'expired') then return true end
  end
  return false
end

-- Some dead letters show as waiting for KIEQ_HOLD_MS: a paid video may still come, also where a response was lost. Their
-- delivery is due when that time is over, every other one at once. `heldUntil` decides, for the delivery and for every
-- reader, and never the class, so that workers of two versions report the same end.
local function openDeadLetter(record, class, evidence)
  local deadLetter = { class = class, openedAt = NOW, evidence = evidence, from = record.state }
  if isHeld(class) or lostAResponse(record) then deadLetter.heldUntil = NOW + SETTINGS.holdMs end
  local n = num(record, 'letters') + 1
  set(record, { letter = cjson.encode(deadLetter), letterClass = class, letters = n })
  redis.call('ZADD', key('letters:' .. class), NOW, record.id)
  redis.call('SADD', key('mirror'), record.id)
  count('letter:' .. class)
end

local function closeDeadLetter(record)
  local class = record.letterClass
  if not class or class == '' then return end
  redis.call('ZREM', key('letters:' .. class), record.id)
  redis.call('SADD', key('mirror'), record.id)
  set(record, { lastLetter = record.letter, letter = '', letterClass = '', letters = num(record, 'letters') + 1 })
end

local function endDead(record, class, evidence)
  openDeadLetter(record, class, evidence)
  set(record, { endedAt = NOW })
  watch(record, nil)
  enter(record, 'dead', 'dead')
end

-- Payload and result of ended generations are kept this long, then a tombstone as long again.
local function watchForPurge(record)
  watch(record, NOW + SETTINGS.retentionMs)
end
