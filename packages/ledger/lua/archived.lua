#!lua flags=allow-oom
-- archived: the results are saved: archiving → succeeded, also from its dead letter. A generation that has succeeded already
-- gets their location.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
if given(record.purgedAt) then return reply({ kind = 'purged' }) end
if record.state == 'succeeded' and record.archive then
  return reply({ kind = 'succeeded', delivery = pendingDelivery(record) })
end
local givenUp = record.letterClass == 'archive_failed'
local alreadySucceeded = record.state == 'succeeded' and (record.archiveState == 'pending' or givenUp)
if record.state ~= 'archiving' and not alreadySucceeded and not (record.state == 'dead' and givenUp) then
  return reply({ kind = 'stale', state = record.state })
end
if givenUp then closeDeadLetter(record) end
endArchive(record, 'done')
set(record, { archive = ARGS.archive, archivedAt = NOW })
count('archived')
if alreadySucceeded then
  watchForPurge(record)
  announce(record, 'archived')
else
  set(record, { endedAt = NOW })
  watchForPurge(record)
  enter(record, 'succeeded', 'archived')
end
return reply({ kind = 'succeeded', delivery = pendingDelivery(record) })
