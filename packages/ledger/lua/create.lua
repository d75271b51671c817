#!lua
-- create: no record → queued. Same hash: nothing changes. Another hash: conflict.
-- The caller chooses the first vehicle's job id, since it adds that job in the same round trip.
local record = load(ARGS.id)
if record then
  if record.hash ~= ARGS.hash then return reply({ kind = 'conflict', id = ARGS.id, state = record.state }) end
  return reply({ kind = 'exists', id = ARGS.id, state = record.state })
end
if ARGS.dedupeMs then
  -- An equal request of this tenant within the window is the same generation, unless that one ended without a video.
  local slot = key('dedupe:') .. ARGS.tenant .. ':' .. ARGS.hash
  local earlier = redis.call('GET', slot)
  local was = earlier and redis.call('HMGET', recordKey(earlier), 'state', 'letterClass') or {}
  local over = was[1] == 'failed' or was[1] == 'cancelled' or isCreatedAnew(was[2])
  if was[1] and not over then return reply({ kind = 'exists', id = earlier, state = was[1] }) end
  redis.call('SET', slot, ARGS.id, 'PX', ARGS.dedupeMs)
end
record = { id = ARGS.id }
-- A planned start is not waiting: order, deadlines and vehicle check count from it.
local startAt = NOW + ARGS.delayMs
local deadlineMs = ARGS.deadlineMs or SETTINGS.deadlineMs
-- A field that every version reads as zero where it is absent is not written.
local closedMs = creditsClosedMs()
set(record, {
  version = 1, hash = ARGS.hash, payload = ARGS.payload, tenant = ARGS.tenant, model = ARGS.model,
  priority = ARGS.priority, createdAt = NOW, notBefore = startAt, queuedAt = startAt,
  deadlineMs = deadlineMs, deadlineAt = startAt + deadlineMs, creditBase = closedMs > 0 and closedMs or nil,
  epoch = 1, vehicle = ARGS.vehicle, queue = 'submit',
  trace = ARGS.trace,
  callback = ARGS.callback and '1' or nil,
  uploads = ARGS.uploads and '1' or nil,
})
index(record)
watch(record, math.min(startAt + deadlineMs, startAt + ARGS.vehicleCheckMs))
arrive(record, 'queued', 'created', startAt)
if ARGS.delayMs == 0 then hearNewcomer(record) end
count('created')
return reply({ kind = 'created', id = ARGS.id, state = 'queued' })
