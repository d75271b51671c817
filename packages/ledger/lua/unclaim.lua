#!lua flags=allow-oom
-- unclaim: recordInfo refuted a claim, or no poll could verify it in time. Nothing else changes.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local claims = claimsOf(record)
if not claims[ARGS.taskId] then return reply({ kind = 'none' }) end
claims[ARGS.taskId] = nil
saveClaims(record, claims)
return reply({ kind = 'dropped' })
