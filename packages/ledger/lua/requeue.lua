#!lua flags=allow-oom
-- requeue: the sweeper found no living job for this generation and names a new vehicle; compare-and-set on the old one.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
-- The same call sent twice names the same vehicle, as long as that is the current one.
local again = record.requeued == ARGS.vehicle .. ' ' .. record.vehicle
if record.vehicle ~= ARGS.vehicle and not again then
  return reply({ kind = 'stale', state = record.state })
end
local queues = { queued = 'submit', generating = 'poll', archiving = 'archive' }
local queue = record.archiveState == 'pending' and 'archive' or queues[record.state]
if not queue then return reply({ kind = 'stale', state = record.state }) end
if not again then
  newVehicle(record, queue)
  set(record, { requeued = ARGS.vehicle .. ' ' .. record.vehicle })
  watch(record, math.min(num(record, 'deadlineAt') > NOW and record.state == 'queued' and num(record, 'deadlineAt') or math.huge,
    NOW + ARGS.vehicleCheckMs))
  count('requeued')
end
local startAt = 0
if record.state == 'queued' then startAt = num(record, 'notBefore') end
if record.state == 'generating' then startAt = num(record, 'nextPollAt') end
if queue == 'archive' then startAt = num(record, 'archiveAt') end
return reply({ kind = 'requeued', vehicle = record.vehicle, queue = queue, delayMs = math.max(0, startAt - NOW),
  archive = pendingArchive(record) })
