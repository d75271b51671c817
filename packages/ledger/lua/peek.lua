#!lua flags=no-writes
-- peek: how long until a submission may be admitted. An estimate: admit decides.
local reason, waitMs = standing(false)
if reason then return reply({ kind = 'wait', reason = reason, waitMs = waitMs }) end
if inFlight() >= SETTINGS.maxInFlight then return reply({ kind = 'wait', reason = 'in-flight', waitMs = 500 }) end
local limit, windowMs = SETTINGS.submitLimit, SETTINGS.submitWindowMs
local slots, windowWaitMs = peekSlots(key('window'), windowLimit(limit, windowMs), windowMs)
if slots > 0 then return reply({ kind = 'slots', slots = slots }) end
return reply({ kind = 'wait', reason = 'window', waitMs = windowWaitMs })
