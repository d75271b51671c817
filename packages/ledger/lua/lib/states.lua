-- How a record moves: its state, its vehicle, its dead letter.

-- The record is in a state from now on: index, time and event together. `order` is the index score, now unless given.
local function arrive(record, state, event, order)
  redis.call('ZADD', key('state:' .. state), TEXTS[order or NOW] or order, record.id)
  set(record, { state = state, since = NOW })
  announce(record, event)
end

-- Moves the record to a state, out of the one before. A new record has none, nor a notice: it arrives.
local function enter(record, state, event, order)
  if record.state and record.state ~= '' then
    redis.call('ZREM', key('state:' .. record.state), record.id)
  end
  -- Denials belong to the task that is left behind.
  if record.state == 'generating' then redis.call('ZREM', key('missing'), record.id) end
  arrive(record, state, event, order)
  deliveryEntry(record)
end

-- The class of the open letter of a newer version, which only that version resumes or purges; nil where there is none.
local function newerDeadLetter(record)
  local class = record.letterClass or ''
  return class ~= '' and not isKnownClass(class) and class or nil
end

-- The same of the letter about its callback.
local function newerDeliveryDeadLetter(record)
  if (record.noticeLetter or '') == '' then return nil end
  local class = cjson.decode(record.noticeLetter).class
  return not isKnownClass(class) and class or nil
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

-- A task that its lost answer named may still turn up, and be followed.
local function lostAnAnswer(record)
  for n = 1, num(record, 'attempts') do
    local attempt = attemptOf(record, n)
    if attempt and (attempt.outcome == 'lost' or attempt.outcome == 'expired') then return true end
  end
  return false
end

-- Dead letters that show as waiting for KIEQ_HOLD_MS: a paid video may still come, also where an answer was lost. Their
-- caller is told when that is over, everybody else at once. What is written into the letter here decides, for the callback
-- and for every reader: whoever looks at it goes by heldUntil and never by the class, so that workers of two versions tell
-- one end.
local function openDeadLetter(record, class, evidence)
  local letter = { class = class, openedAt = NOW, evidence = evidence, from = record.state }
  if isHeld(class) or lostAnAnswer(record) then letter.heldUntil = NOW + SETTINGS.holdMs end
  local n = num(record, 'letters') + 1
  set(record, { letter = cjson.encode(letter), letterClass = class, letters = n })
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
