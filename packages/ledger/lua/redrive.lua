#!lua
-- redrive: an operator resumes a dead letter at the step that its class names. ARGS.op makes the call repeatable.
-- ARGS.resumesAt comes from the redrive table: queued, unknown, generating, archiving, or notify (the delivery only).
local record = load(ARGS.id)
local function redriven()
  return reply({ kind = 'redriven', state = record.state, vehicle = record.vehicle, queue = record.queue,
    archive = pendingArchive(record), delivery = pendingDelivery(record) })
end
if not record then return reply({ kind = 'missing' }) end
if record.lastRedrive == ARGS.op then
  return redriven()
end
local isDelivery = ARGS.class == 'notify_failed' and (record.noticeLetter or '') ~= ''
  and cjson.decode(record.noticeLetter).class == ARGS.class
if record.letterClass ~= ARGS.class and not isDelivery then
  return reply({ kind = 'no_letter', class = record.letterClass or '', state = record.state })
end
if not isDelivery and newerDeadLetter(record) then return reply({ kind = 'newer', class = record.letterClass }) end
-- An automatic redrive pays again at most once, and not while a claim is being verified with Kie, nor where a newer version
-- has written the outcome of an attempt.
local RESOLVED = { open = true, accepted = true, adopted = true, refused = true, resubmitted = true }
local UNRESOLVED = { lost = true, expired = true, surplus = true }
if ARGS.automatic then
  local unresolved = 0
  for n = 1, num(record, 'attempts') do
    local outcome = attemptOf(record, n).outcome
    if UNRESOLVED[outcome] then unresolved = unresolved + 1 end
    if not UNRESOLVED[outcome] and not RESOLVED[outcome] then return reply({ kind = 'by_hand' }) end
  end
  if unresolved > 1 or next(claimsOf(record)) then return reply({ kind = 'by_hand' }) end
end
local target = ARGS.resumesAt
-- The domain fixes which steps may cost money a second time, so that a caller's mistake cannot pay again.
if resumesAt(ARGS.class) ~= target and not (ARGS.payAgain and payAgainResumesAt(ARGS.class) == target) then
  return redis.error_reply('ERR ' .. ARGS.class .. ' does not resume at ' .. target .. ' without paying again')
end
if target == 'queued' then
  -- A frozen worker may still send an older attempt until its send deadline; paying again before is a race.
  for n = 1, num(record, 'attempts') do
    local attempt = attemptOf(record, n)
    if attempt.outcome ~= 'refused' and not attempt.taskId and NOW < attempt.sendBy then
      return reply({ kind = 'too_early', waitMs = attempt.sendBy - NOW })
    end
  end
end
if record.payload == nil or record.payload == '' then return reply({ kind = 'no_payload' }) end
if ARGS.dryRun then return reply({ kind = 'would_redrive', state = target }) end

count('redriven')
set(record, { lastRedrive = ARGS.op })
if isDelivery then
  planDelivery(record, 0)
  return redriven()
end
closeDeadLetter(record)
if target == 'archiving' and record.state == 'succeeded' then
  -- Its caller has the result already: only archiving continues.
  planArchive(record, NOW + SETTINGS.archiveLinkTtlMs, ARGS.vehicleCheckMs)
  return redriven()
end
set(record, { endedAt = '' })
if ARGS.payAgain then count('paid_again') end
if target == 'queued' then
  set(record, { serverErrors = 0, validationRetries = 0, notSent = 0, resubmits = 0, taskId = '', verdict = '', notBefore = NOW,
    canaryAt = 0, placeAt = 0 })
  newVehicle(record, 'submit')
  queueAfresh(record, ARGS.vehicleCheckMs)
  enter(record, 'queued', 'redriven', NOW)
elseif target == 'unknown' then
  watch(record, NOW + SETTINGS.unknownWindowMs)
  enter(record, 'unknown', 'redriven')
elseif target == 'generating' then
  newVehicle(record, 'poll')
  set(record, { pollSince = NOW, nextPollAt = NOW, misses = 0 })
  watch(record, NOW + ARGS.vehicleCheckMs)
  enter(record, 'generating', 'redriven')
else
  planArchive(record, NOW + SETTINGS.archiveLinkTtlMs, ARGS.vehicleCheckMs)
  enter(record, target, 'redriven')
end
return redriven()
