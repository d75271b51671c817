#!lua flags=allow-oom
-- purge: an ended generation loses its payload and result; a tombstone stays, so that its id and tasks are not reused.
local record = load(ARGS.id)
if not record then return reply({ ok = 'purged' }) end
if record.state ~= 'succeeded' and record.state ~= 'failed' and record.state ~= 'cancelled' and record.state ~= 'dead' then
  return reply({ ok = 'stale', state = record.state })
end
-- The payload names images that the caller removes from the store, so the same call sent twice must tell it again.
local told = key('purged:') .. record.id
if given(record.purgedAt) then return reply({ ok = 'purged', payload = redis.call('GET', told) or nil }) end
if record.state == 'dead' and not ARGS.force then return reply({ ok = 'open_letter', class = record.letterClass }) end
closeLetter(record)
dropNotice(record)
saveClaims(record, {})
local payload = record.uploads == '1' and record.payload or nil
if payload then redis.call('SET', told, payload, 'PX', 60000) end
local retentionMs = setting('retentionMs', 7776000000)
for n = 1, num(record, 'attempts') do
  local attempt = attemptOf(record, n)
  if attempt.taskId then redis.call('PEXPIRE', taskKey(attempt.taskId), retentionMs) end
  saveAttempt(record, { n = n, tokenHash = attempt.tokenHash, outcome = attempt.outcome, taskId = attempt.taskId,
    sendBy = attempt.sendBy, admittedAt = attempt.admittedAt })
end
redis.call('HDEL', recordKey(record.id), 'payload', 'verdict', 'archive', 'lastLetter', 'letter', 'kind',
  'links', 'noticeVehicle', 'noticeAt', 'noticeSince', 'noticeTries', 'noticeEvidence', 'noticeLetter', 'noticeState',
  'requeued', 'renoticed')
set(record, { purgedAt = NOW })
watch(record, nil)
redis.call('ZREM', key('state:' .. record.state), record.id)
unindex(record)
redis.call('PEXPIRE', recordKey(record.id), retentionMs)
count('purged')
return reply({ ok = 'purged', payload = payload })
