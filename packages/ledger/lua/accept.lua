#!lua flags=allow-oom
-- accept: a task exists for this attempt. Also adopt: the same, by hand or by callback, after proof by recordInfo.
-- Works from submitting, unknown, and every state without a task under way: queued, dead, failed or cancelled after the
-- response to an older attempt was lost.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local attempt
if ARGS.attempt then attempt = attemptOf(record, ARGS.attempt) else attempt = findAttempt(record, ARGS.tokenHash) end
if not attempt and ARGS.recover then attempt = recoverAttempt(record, ARGS.tokenHash, true) end
if not attempt then return reply({ kind = 'unknown_attempt' }) end

local function vehicleReply(kind)
  dropClaimsOf(record, attempt)
  return reply({
    kind = kind, attempt = attempt.n, state = record.state, vehicle = record.vehicle, queue = record.queue,
    -- A callback that came before this response has said that the task is over.
    delayMs = attempt.hinted and 0 or ARGS.pollDelayMs, dueAt = num(record, 'nextPollAt'), callbacksSeen = num(record, 'hints'),
  })
end

-- The response reached the worker that sent the request: Kie has counted it by now, also when a callback came first.
if ARGS.latencyMs and not attempt.answered then
  attempt.answered = true
  saveAttempt(record, attempt)
  stampAccepted(record.id .. ':' .. attempt.n, ARGS.latencyMs)
  endpointAccepts(record, attempt)
  canaryPassed(attempt.tokenHash)
  redis.call('DEL', key('unreachable'))
end

local isCurrent = num(record, 'current') == attempt.n
local state = record.state
local waiting = (state == 'submitting' or state == 'unknown') and isCurrent
local taskless = isTaskless(record)

-- Adopted again: a task that was given up as lost or stuck, or counted as surplus, turns up before another one is paid.
local revived = ARGS.adopted and canRevive(record, attempt, ARGS.taskId)
if attempt.taskId and not revived then
  if attempt.taskId == ARGS.taskId then return vehicleReply(attempt.outcome == 'surplus' and 'surplus' or 'accepted') end
  return reply({ kind = 'other_task', taskId = attempt.taskId })
end
local owner = redis.call('GET', taskKey(ARGS.taskId))
if owner and not revived then return reply({ kind = 'bound', owner = owner }) end

redis.call('SET', taskKey(ARGS.taskId), record.id .. ':' .. attempt.n)
attempt.taskId, attempt.answeredAt = ARGS.taskId, NOW
if ARGS.evidence then attempt.evidence = cjson.decode(ARGS.evidence) end
if not (waiting or taskless) then
  attempt.outcome = 'surplus'
  saveAttempt(record, attempt)
  announce(record, 'surplus')
  count('surplus')
  return vehicleReply('surplus')
end

if ARGS.kind then set(record, { kind = ARGS.kind }) end
local nextPollAt = NOW + (attempt.hinted and 0 or ARGS.pollDelayMs)
follow(record, attempt, ARGS.adopted and 'adopted' or 'accepted', nextPollAt)
watch(record, nextPollAt + ARGS.vehicleCheckMs)
return vehicleReply('accepted')
