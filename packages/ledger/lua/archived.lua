#!lua flags=allow-oom
-- archived: the video is safe: archiving → succeeded, also from its dead letter.
local record = load(ARGS.id)
if not record then return reply({ ok = 'missing' }) end
if record.state == 'succeeded' and record.archive then
  return reply({ ok = 'succeeded', notice = pendingNotice(record) })
end
local givenUp = record.state == 'dead' and record.letterClass == 'archive_failed'
if record.state ~= 'archiving' and not givenUp then return reply({ ok = 'stale', state = record.state }) end
closeLetter(record)
set(record, { archive = cjson.encode(ARGS.archive), endedAt = NOW })
watchForPurge(record)
enter(record, 'succeeded', 'archived')
return reply({ ok = 'succeeded', notice = pendingNotice(record) })
