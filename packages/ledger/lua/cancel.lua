#!lua
-- cancel: only from queued. Kie has no cancel endpoint, so a submitted task cannot be recalled.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
if record.state == 'cancelled' then return reply({ kind = 'cancelled', delivery = pendingDelivery(record) }) end
if record.state ~= 'queued' then return reply({ kind = 'too_late', state = record.state }) end
set(record, { endedAt = NOW })
watchForPurge(record)
enter(record, 'cancelled', 'cancelled')
return reply({ kind = 'cancelled', delivery = pendingDelivery(record) })
