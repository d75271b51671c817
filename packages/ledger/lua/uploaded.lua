#!lua
-- uploaded: the images of a queued generation have links at Kie, so that it can be admitted.
local record = load(ARGS.id)
if not record then return reply({ ok = 'missing' }) end
if record.state ~= 'queued' or record.vehicle ~= ARGS.vehicle then
  return reply({ ok = 'stale', state = record.state })
end
set(record, { links = ARGS.links, linksAt = NOW, uploadTries = 0 })
return reply({ ok = 'uploaded' })
