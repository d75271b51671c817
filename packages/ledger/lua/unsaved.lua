#!lua flags=allow-oom
-- unsaved: a try to save the results failed. ARGS.tries is the count that the worker read, so that the same call sent
-- twice counts once. Tries go on until the links are assumed expired, and at least ARGS.leastTries times; with
-- ARGS.hopeless they end there.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local isTried = record.archiveState == 'pending' or record.archiveState == 'failed'
if record.vehicle ~= ARGS.vehicle or not isTried then
  return reply({ kind = 'stale', state = record.state })
end
if record.archiveState == 'failed' then return reply({ kind = 'given_up', delivery = pendingDelivery(record) }) end
if num(record, 'archiveTries') ~= ARGS.tries then
  return reply({ kind = 'retry', delayMs = math.max(0, num(record, 'archiveAt') - NOW) })
end
local tries, nextAt = ARGS.tries + 1, NOW + ARGS.retryDelayMs
set(record, { archiveTries = tries, archiveEvidence = ARGS.evidence })
if tries >= ARGS.leastTries and (ARGS.hopeless or nextAt > num(record, 'archiveBy')) then
  giveUpArchive(record, cjson.decode(ARGS.evidence))
  return reply({ kind = 'given_up', delivery = pendingDelivery(record) })
end
set(record, { archiveAt = nextAt })
watch(record, nextAt + ARGS.vehicleCheckMs)
return reply({ kind = 'retry', delayMs = ARGS.retryDelayMs })
