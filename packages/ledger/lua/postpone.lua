#!lua flags=allow-oom
-- postpone: the images of a queued generation could not be uploaded; it waits. ARGS.tries is the count that the worker
-- read, so that the same call sent twice is one failure.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
if record.state ~= 'queued' or record.vehicle ~= ARGS.vehicle then
  return reply({ kind = 'stale', state = record.state })
end
if num(record, 'uploadTries') == ARGS.tries then
  local startAt = NOW + ARGS.delayMs
  set(record, { uploadTries = ARGS.tries + 1, notBefore = startAt, uploadTrouble = cjson.decode(ARGS.evidence).summary })
  watch(record, math.min(num(record, 'deadlineAt'), startAt + ARGS.vehicleCheckMs))
end
return reply({ kind = 'postponed', tries = num(record, 'uploadTries') })
