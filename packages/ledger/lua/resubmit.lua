#!lua
-- resubmit: Kie failed the task for a transient reason, at no cost: generating → queued, a few times at most.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
for n = num(record, 'attempts'), 1, -1 do
  local attempt = attemptOf(record, n)
  if attempt.taskId == ARGS.taskId and attempt.outcome == 'resubmitted' then
    return reply({ kind = 'queued', vehicle = attempt.nextVehicle, attempt = n })
  end
end
if record.state ~= 'generating' or record.taskId ~= ARGS.taskId then
  return reply({ kind = 'stale', state = record.state })
end
local done = num(record, 'resubmits')
if done >= ARGS.limit then return reply({ kind = 'exhausted' }) end

newVehicle(record, 'submit')
local attempt = attemptOf(record, num(record, 'current'))
attempt.outcome, attempt.evidence, attempt.nextVehicle = 'resubmitted', cjson.decode(ARGS.evidence), record.vehicle
saveAttempt(record, attempt)
set(record, { resubmits = done + 1, taskId = '', nextPollAt = '' })
queueAfresh(record, ARGS.vehicleCheckMs)
enter(record, 'queued', 'resubmitted', NOW)
count('resubmitted')
return reply({ kind = 'queued', vehicle = record.vehicle, attempt = attempt.n })
