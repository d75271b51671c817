#!lua
-- admit: queued → submitting, the written intent. It is in Redis before the POST leaves.
-- Redis refuses it when out of memory: no intent, no POST.
local function answerFor(attempt, record, slots)
  return reply({
    kind = 'admitted', attempt = attempt.n, sendBeforeMs = ARGS.sendBeforeMs, canary = attempt.canary,
    timeoutMs = SETTINGS.submitTimeoutMs, payload = record.payload, slots = slots,
    tries = num(record, 'serverErrors') + num(record, 'notSent'),
    waitedMs = math.max(0, NOW - math.max(num(record, 'queuedAt'), num(record, 'notBefore'))),
    trace = record.trace,
    links = record.uploads == '1' and record.links or nil,
  })
end

local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
if record.state == 'submitting' then
  local current = attemptOf(record, num(record, 'current'))
  if current.tokenHash == ARGS.tokenHash then return answerFor(current, record, 0) end
  return reply({ kind = 'busy', attempt = current.n, leaseMs = math.max(0, current.leaseUntil - NOW) })
end
if record.state ~= 'queued' or record.vehicle ~= ARGS.vehicle then
  return reply({ kind = 'stale', state = record.state })
end
-- The same script sent twice, after its attempt was already refused: that token is used up.
if findAttempt(record, ARGS.tokenHash) then return reply({ kind = 'stale', state = record.state }) end

local account = SETTINGS.accountFingerprint
if account and account ~= ARGS.account then return reply({ kind = 'wrong_account' }) end
if NOW >= num(record, 'deadlineAt') then return reply({ kind = 'deadline' }) end

local reason, waitMs, due = standing(true)
if reason then return reply({ kind = 'wait', reason = reason, waitMs = waitMs }) end
local flying = inFlight()
if flying >= SETTINGS.maxInFlight then return reply({ kind = 'wait', reason = 'in-flight', waitMs = 500 }) end
local slots, windowWaitMs = submitSlots()
if slots == 0 then return reply({ kind = 'wait', reason = 'window', waitMs = windowWaitMs }) end

local other = standIn(record, due)
if other then return reply({ kind = 'instead', id = other.id, vehicle = other.vehicle }) end

-- Only when it could be admitted: links of uploaded images expire within a day.
local fresh = (record.links or '') ~= '' and NOW - num(record, 'linksAt') < ARGS.uploadFreshMs
if record.uploads == '1' and not fresh then
  return reply({ kind = 'upload', payload = record.payload, trace = record.trace, tries = num(record, 'uploadTries') })
end

local n = num(record, 'attempts') + 1
local sendBy = NOW_UP + ARGS.sendBeforeMs
local answerBy = sendBy + SETTINGS.submitTimeoutMs
local attempt = {
  n = n, tokenHash = ARGS.tokenHash, account = ARGS.account, worker = ARGS.worker, admittedAt = NOW,
  sendBy = sendBy, leaseUntil = answerBy + ARGS.leaseGraceMs, outcome = 'open', canary = #due > 0,
  instead = ARGS.instead or nil,
}
saveAttempt(record, attempt)
set(record, { attempts = n, current = n })
reserve(key('window'), record.id .. ':' .. n, answerBy)
sendCanary(due, attempt)
noteCanary(record, attempt, due)
watch(record, attempt.leaseUntil)
enter(record, 'submitting', 'admitted')
count('admitted')
return answerFor(attempt, record, #due > 0 and 0 or math.min(slots, SETTINGS.maxInFlight - flying) - 1)
