#!lua flags=allow-oom
-- purge: an ended generation loses its payload and result; a tombstone stays, so that its id and tasks are not reused.

-- The payload where it names uploaded images; the names of archived results, or that some may be there.
local function leftInStores(record)
  local left = { payload = record.uploads == '1' and record.payload or nil }
  if record.archive then
    local names = {}
    for _, file in ipairs(cjson.decode(record.archive).files) do table.insert(names, file.name) end
    -- Lua would encode an empty table as an object.
    left.files = #names > 0 and names or nil
  elseif (record.archiveState or '') ~= '' then
    left.unfinished = true
  end
  return next(left) and left or nil
end

local record = load(ARGS.id)
if not record then return reply({ kind = 'purged' }) end
if record.state ~= 'succeeded' and record.state ~= 'failed' and record.state ~= 'cancelled' and record.state ~= 'dead' then
  return reply({ kind = 'stale', state = record.state })
end
-- The caller was frozen meanwhile, and the generation was redriven.
if ARGS.vehicle and record.vehicle ~= ARGS.vehicle then return reply({ kind = 'stale', state = record.state }) end
-- The caller removes what it leaves in the stores, so the same call sent twice must name it again.
local leftKey = key('purged:') .. record.id
if given(record.purgedAt) then
  local left = redis.call('GET', leftKey)
  return reply({ kind = 'purged', left = left or nil })
end
local newer = newerDeadLetter(record) or newerDeliveryDeadLetter(record)
if newer then return reply({ kind = 'newer', class = newer }) end
if record.state == 'dead' and not ARGS.force then return reply({ kind = 'open_letter', class = record.letterClass }) end
-- A worker is saving its results, or will; or a newer version has written a state of its own.
local SETTLED = { [''] = true, done = true, failed = true }
if not SETTLED[record.archiveState or ''] and not ARGS.force then return reply({ kind = 'stale', state = record.state }) end
local left = leftInStores(record)
left = left and cjson.encode(left)
closeDeadLetter(record)
endArchive(record, '')
dropDelivery(record)
saveClaims(record, {})
if left then redis.call('SET', leftKey, left, 'PX', 60000) end
local retentionMs = SETTINGS.retentionMs
for n = 1, num(record, 'attempts') do
  local attempt = attemptOf(record, n)
  if attempt.taskId then redis.call('PEXPIRE', taskKey(attempt.taskId), retentionMs) end
  saveAttempt(record, { n = n, tokenHash = attempt.tokenHash, outcome = attempt.outcome, taskId = attempt.taskId,
    sendBy = attempt.sendBy, admittedAt = attempt.admittedAt, nextVehicle = attempt.nextVehicle })
end
set(record, { purgedAt = NOW })
save()
redis.call('HDEL', recordKey(record.id), 'payload', 'verdict', 'archive', 'lastLetter', 'letter', 'kind',
  'links', 'archiveState', 'archiveAt', 'archiveBy', 'archiveTries', 'archiveEvidence', 'archivedAt',
  'noticeVehicle', 'noticeAt', 'noticeSince', 'noticeTries', 'noticeEvidence', 'noticeLetter', 'noticeState',
  'requeued', 'renoticed')
watch(record, nil)
redis.call('ZREM', key('state:' .. record.state), record.id)
unindex(record)
redis.call('PEXPIRE', recordKey(record.id), retentionMs)
count('purged')
return reply({ kind = 'purged', left = left })
