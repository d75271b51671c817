#!lua flags=allow-oom
-- unclaim: a claim was refuted, or nobody could judge it in time. It changes nothing else.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local claims = claimsOf(record)
if not claims[ARGS.taskId] then return reply({ kind = 'none' }) end
claims[ARGS.taskId] = nil
saveClaims(record, claims)
return reply({ kind = 'dropped' })
