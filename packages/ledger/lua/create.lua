#!lua
-- create: no record → queued. Same hash: nothing happens. Other hash: conflict.
-- The caller chooses the first vehicle's job id, since it adds that job in the same round trip.
local record = load(ARGS.id)
if record then
  if record.hash ~= ARGS.hash then return reply({ ok = 'conflict', state = record.state }) end
  return reply({ ok = 'exists', state = record.state })
end
record = { id = ARGS.id }
set(record, {
  version = 1, hash = ARGS.hash, payload = ARGS.payload, tenant = ARGS.tenant, model = ARGS.model,
  priority = ARGS.priority, createdAt = NOW, notBefore = NOW + ARGS.delayMs,
  deadlineMs = given(ARGS.deadlineMs) and ARGS.deadlineMs or setting('deadlineMs', 86400000),
  epoch = 1, vehicle = ARGS.vehicle, queue = 'submit', attempts = 0,
})
queueAfresh(record, ARGS.vehicleCheckMs)
if ARGS.delayMs > 0 then
  -- A planned start is not waiting: order, deadlines and vehicle check count from it.
  local startAt = NOW + ARGS.delayMs
  set(record, { queuedAt = startAt, deadlineAt = startAt + num(record, 'deadlineMs') })
  watch(record, math.min(num(record, 'deadlineAt'), startAt + ARGS.vehicleCheckMs))
end
enter(record, 'queued', 'created', num(record, 'queuedAt'))
count('created')
return reply({ ok = 'created', state = 'queued' })
