-- A delivery is the request to the caller's callBackUrl that reports an end. It is independent of the state, has its own
-- vehicle in the queue `notify`, and concerns the last end only: a transition that leaves this end drops it.

local function isEnded(state) return state == 'succeeded' or state == 'failed' or state == 'cancelled' or state == 'dead' end

local function closeDeliveryDeadLetter(record)
  if (record.noticeLetter or '') == '' then return end
  redis.call('ZREM', key('letters:' .. cjson.decode(record.noticeLetter).class), record.id)
  redis.call('SADD', key('mirror'), record.id)
  set(record, { noticeLetter = '', letters = num(record, 'letters') + 1 })
end

local function openDeliveryDeadLetter(record, evidence)
  local deadLetter = { class = 'notify_failed', openedAt = NOW, evidence = evidence, from = record.state }
  redis.call('ZADD', key('letters:notify_failed'), NOW, record.id)
  redis.call('SADD', key('mirror'), record.id)
  set(record, { noticeLetter = cjson.encode(deadLetter), letters = num(record, 'letters') + 1 })
  count('letter:notify_failed')
end

local function nextDeliveryVehicle(record)
  local epoch = num(record, 'noticeEpoch') + 1
  set(record, { noticeEpoch = epoch, noticeVehicle = record.id .. '-' .. epoch })
end

local function planDelivery(record, delayMs)
  closeDeliveryDeadLetter(record)
  nextDeliveryVehicle(record)
  local dueAt = NOW + delayMs
  set(record, { noticeState = 'pending', noticeAt = dueAt, noticeSince = dueAt, noticeTries = 0, noticeEvidence = '' })
  redis.call('ZADD', key('notices'), dueAt, record.id)
end

local function dropDelivery(record)
  closeDeliveryDeadLetter(record)
  if (record.noticeState or '') == '' then return end
  redis.call('ZREM', key('notices'), record.id)
  set(record, { noticeState = '' })
end

-- The record has just entered its state.
local function deliveryEntry(record)
  if record.callback ~= '1' then return end
  if not isEnded(record.state) then return dropDelivery(record) end
  local deadLetter = record.state == 'dead' and cjson.decode(record.letter)
  planDelivery(record, deadLetter and deadLetter.heldUntil and deadLetter.heldUntil - NOW or 0)
end

-- For replies: the job to add; the same one when the script is sent twice.
local function pendingDelivery(record)
  if record.noticeState ~= 'pending' then return nil end
  return { vehicle = record.noticeVehicle, delayMs = math.max(0, num(record, 'noticeAt') - NOW) }
end
