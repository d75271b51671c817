#!lua flags=no-writes
-- peek_polls: how long until a query may be granted. An estimate: poll decides.
local pausedUntil = tonumber(redis.call('GET', key('poll:hold')))
if pausedUntil and pausedUntil > NOW then
  return reply({ kind = 'wait', reason = 'rate-limit', waitMs = pausedUntil - NOW })
end
local slots, waitMs = peekSlots(key('polls'), pollLimit(), 1000)
if slots > 0 then return reply({ kind = 'slots', slots = slots }) end
return reply({ kind = 'wait', reason = 'budget', waitMs = waitMs })
