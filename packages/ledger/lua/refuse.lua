#!lua flags=allow-oom
-- refuse: no task was created. Back to queued, or dead by the policy's count; closes a gate where the policy says so.
-- ARGS.rule is the row of the error policy: { do = 'refuse' | 'retry' | 'not_sent' | 'die', … } with delays filled in.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local attempt = findAttempt(record, ARGS.tokenHash)
if not attempt then return reply({ kind = 'unknown_attempt' }) end
-- The reply is kept in the attempt, in the form that every version writes, so that the same call sent twice gets the same.
local function answered()
  local answer = attempt.answer
  return reply({ kind = answer.ok, delayMs = answer.delayMs, vehicle = answer.vehicle, added = answer.added,
    attempt = answer.attempt, class = answer.class, state = answer.state,
    delivery = answer.ok == 'dead' and pendingDelivery(record) or nil })
end
if attempt.answer then return answered() end
local isCurrent = num(record, 'current') == attempt.n
if not isCurrent or (record.state ~= 'submitting' and record.state ~= 'unknown') then
  return reply({ kind = 'stale', state = record.state })
end

local rule, evidence = cjson.decode(ARGS.rule), cjson.decode(ARGS.evidence)
local member = record.id .. ':' .. attempt.n
if ARGS.sent then
  stamp(key('window'), member, ARGS.latencyMs, margin())
  redis.call('DEL', key('unreachable'))
  local isOwn = rule.place and isRefusingFor(rule.place.same)
  canaryPassed(attempt.tokenHash, isOwn and 'refusing' or rule.gate)
else
  release(key('window'), member)
end
if rule.gate == 'rate-limit' then narrow() end
if rule.gate then
  local gate = closeGate(rule.gate, rule.times, evidence.summary, attempt.tokenHash)
  if rule.gate == 'credits' and ARGS.price then
    gate.need = math.max(gate.need or 0, ARGS.price)
    saveGate('credits', gate)
  elseif rule.gate == 'credits' and gate.refusals == 1 then
    -- Without a price the balance at refusal decides, so a worker asks for it at once, also when the gate closes again.
    gate.nextAt = NOW
    saveGate('credits', gate)
  end
end
if rule['do'] == 'not_sent' and not ARGS.ownFault then
  set(record, { notSent = num(record, 'notSent') + 1 })
  if redis.call('INCR', key('unreachable')) >= rule.gateAfter then
    closeGate('unreachable', rule.times, evidence.summary, attempt.tokenHash)
  end
end

-- A refusal that may be the endpoint's fault and not the request's; any other that judges a request ends the row of them.
local fault
if ARGS.sent and rule.place then
  fault = blame(record, attempt, rule.place)
elseif ARGS.sent and (rule['do'] == 'die' or rule.count == 'validationRetries') then
  endRow()
end

-- The job that sent it belongs to another generation.
local fresh = record.state == 'unknown' or attempt.instead
attempt.outcome, attempt.answeredAt, attempt.evidence = 'refused', NOW, evidence
count('refused:' .. ARGS.class)

-- This attempt made no task, but an older one did: that task is polled instead of paying for another.
local surplus = surplusOf(record)
if surplus then
  attempt.answer = { ok = 'stale', state = 'generating' }
  saveAttempt(record, attempt)
  follow(record, surplus, 'adopted', NOW)
  -- The sweeper adds its job.
  watch(record, NOW)
  return answered()
end

local deadClass
if rule['do'] == 'die' then deadClass = rule.class end
if rule['do'] == 'retry' and fault ~= 'endpoint' then
  local tries = (fault == 'once' and 0 or num(record, rule.count)) + 1
  set(record, { [rule.count] = tries, placeAt = fault and NOW or nil })
  if tries > rule.retries or fault == 'own' then deadClass = rule['then'] end
end

if deadClass then
  attempt.answer = { ok = 'dead', class = deadClass }
  saveAttempt(record, attempt)
  endDead(record, deadClass, evidence)
  return answered()
end

-- Its own job stays the vehicle; after `unknown`, or where the job of another generation carried it, a new one is named.
if fresh then newVehicle(record, 'submit') end
local delayMs = rule.delayMs or 0
if fault == 'endpoint' then delayMs = attempt.canary and rule.place.behindMs or 0 end
attempt.answer = { ok = 'queued', delayMs = delayMs, vehicle = record.vehicle, added = not fresh, attempt = attempt.n }
saveAttempt(record, attempt)
set(record, { notBefore = NOW + delayMs })
watch(record, math.min(num(record, 'deadlineAt'), NOW + delayMs + ARGS.vehicleCheckMs))
enter(record, 'queued', 'refused', num(record, 'queuedAt'))
return answered()
