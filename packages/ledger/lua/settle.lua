#!lua flags=allow-oom
-- settle: Kie's verdict about the current task, also when it comes after kieq gave the task up.
if ARGS.permit then stamp(key('polls'), ARGS.permit, 0, 0) end
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local ageMs = math.max(0, NOW - num(record, 'createdAt'))
if record.taskId ~= ARGS.taskId then return reply({ kind = 'stale', state = record.state }) end
if record.verdict and record.verdict ~= '' then
  return reply({ kind = 'settled', state = record.state, vehicle = record.vehicle, ageMs = ageMs,
    archive = pendingArchive(record), delivery = pendingDelivery(record) })
end
local givenUp = record.state == 'dead' and isGivenUp(record.letterClass)
if record.state ~= 'generating' and not givenUp then return reply({ kind = 'stale', state = record.state }) end

closeDeadLetter(record)
addToAttempt(record, num(record, 'current'), 'verdict', ARGS.verdictState)
set(record, { verdict = ARGS.verdict, polls = num(record, 'polls') + (ARGS.polled and 1 or 0), settledAt = NOW })
if ARGS.creditsConsumed then redis.call('HINCRBYFLOAT', key('stats'), 'credits', ARGS.creditsConsumed) end

if ARGS.sampleKind then learn(ARGS.sampleKind, ARGS.sampleMs) end

local success = ARGS.verdictState == 'success'
-- A price of 0 is none: Kie also reports it where nothing was billed.
local isBilled = success and (ARGS.creditsConsumed or 0) > 0
local priceBefore = isBilled and ARGS.priceKind and learnPrice(ARGS.priceKind, ARGS.creditsConsumed, ARGS.listPrice)
learnOutcome(record.model or '', success)
count(success and 'verdict:success' or 'verdict:fail')
local dueBy = linksDieAt(record, ARGS.completeTime)
if success and ARGS.archive == 'wait' then
  planArchive(record, dueBy, ARGS.vehicleCheckMs)
  enter(record, 'archiving', 'verdict')
  return reply({ kind = 'settled', state = 'archiving', vehicle = record.vehicle, ageMs = ageMs,
    priceBefore = priceBefore, archive = pendingArchive(record) })
end
set(record, { endedAt = NOW })
watchForPurge(record)
enter(record, success and 'succeeded' or 'failed', 'verdict')
if not success then openDeadLetter(record, 'generation_failed', cjson.decode(ARGS.evidence)) end
if success and ARGS.archive == 'at-once' then planArchive(record, dueBy, ARGS.vehicleCheckMs) end
return reply({ kind = 'settled', state = record.state, vehicle = record.vehicle, ageMs = ageMs,
  priceBefore = priceBefore, archive = pendingArchive(record), delivery = pendingDelivery(record) })
