#!lua flags=allow-oom
-- kill: any state → dead, with an open dead letter. The class's row in the domain fixes which states it may end; submitting
-- is never among them.
local record, evidence = load(ARGS.id), cjson.decode(ARGS.evidence)
local function dead() return reply({ kind = 'dead', class = ARGS.class, delivery = pendingDelivery(record) }) end
if not record then
  -- A job whose record is gone, or whose payload never made one: a dead letter needs a record.
  if not killsWithoutRecord(ARGS.class) then return reply({ kind = 'missing' }) end
  if ARGS.expected then return reply({ kind = 'missing' }) end
  record = { id = ARGS.id }
  -- Its next vehicle must not reuse the id of a job that BullMQ may still hold.
  local epoch = string.match(ARGS.vehicle or '', '%-(%d+)$')
  set(record, {
    version = 1, hash = ARGS.hash or '', payload = ARGS.payload or '', tenant = ARGS.tenant or 'default', model = ARGS.model or '',
    priority = ARGS.priority or 100, createdAt = NOW,
    deadlineMs = ARGS.deadlineMs or SETTINGS.deadlineMs,
    epoch = epoch and #epoch < 7 and epoch or 1, vehicle = ARGS.vehicle or '', queue = 'submit', attempts = 0,
    trace = ARGS.trace,
  })
  if ARGS.callback then set(record, { callback = '1' }) end
  if ARGS.uploads then set(record, { uploads = '1' }) end
  index(record)
  endDead(record, ARGS.class, evidence)
  return dead()
end
if record.state == 'dead' and record.letterClass == ARGS.class then return dead() end
if record.state ~= ARGS.expected or not mayKill(ARGS.class, record.state) then
  return reply({ kind = 'stale', state = record.state })
end

-- Decided by a worker that was frozen after its poll: another poll has seen the task since, or it is another task.
local asOf = ARGS.asOf and cjson.decode(ARGS.asOf)
if asOf and (record.vehicle ~= asOf.vehicle or num(record, 'polls') ~= asOf.polls) then
  return reply({ kind = 'stale', state = record.state })
end

if ARGS.class == 'deadline_exceeded' then
  if NOW < num(record, 'deadlineAt') then return reply({ kind = 'not_yet', waitMs = num(record, 'deadlineAt') - NOW }) end
  -- The reason why it was not submitted, where it was not the queue.
  if num(record, 'uploadTries') > 0 then
    evidence.summary = evidence.summary .. '; its images could not be uploaded: ' .. record.uploadTrouble
  end
end
if ARGS.class == 'payment_unknown' then
  local left = num(record, 'since') + SETTINGS.unknownWindowMs - NOW
  if left > 0 then return reply({ kind = 'not_yet', waitMs = left }) end
end
if ARGS.class == 'insufficient_credits' then
  -- Before its planned start it does not wait for credits.
  local waited = math.min(creditsClosedMs() - num(record, 'creditBase'), NOW - num(record, 'queuedAt'))
  local left = SETTINGS.creditDeadlineMs - waited
  if left > 0 then return reply({ kind = 'not_yet', waitMs = left }) end
end
if ARGS.class == 'task_lost' then
  local attempt = attemptOf(record, num(record, 'current'))
  if attempt.account ~= ARGS.account then return reply({ kind = 'wrong_account' }) end
end
if ARGS.class == 'archive_failed' then endArchive(record, 'failed') end
endDead(record, ARGS.class, evidence)
return dead()
