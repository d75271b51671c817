#!lua
-- uploaded: the images of a queued generation have links at Kie, so that it can be admitted.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
if record.state ~= 'queued' or record.vehicle ~= ARGS.vehicle then
  return reply({ kind = 'stale', state = record.state })
end
set(record, { links = ARGS.links, linksAt = NOW, uploadTries = 0 })
return reply({ kind = 'uploaded' })
