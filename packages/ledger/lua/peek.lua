#!lua flags=no-writes
-- peek: how long until a submission may be admitted; 0 means take a job now. Only a hint: admit decides.
local reason, waitMs = standing(false)
if reason then return reply({ ok = 'wait', reason = reason, waitMs = waitMs }) end
if inFlight() >= setting('maxInFlight', 600) then return reply({ ok = 'wait', reason = 'in-flight', waitMs = 500 }) end
local limit, windowMs = setting('submitLimit', 20), setting('submitWindowMs', 10000)
limit = windowLimit(limit, windowMs)
local oldestCounted = string.format('%.0f', NOW - windowMs)
local used = redis.call('ZCOUNT', key('window'), oldestCounted, '+inf')
if used < limit then return reply({ ok = 'room', places = limit - used }) end
local total = redis.call('ZCARD', key('window'))
local blocking = redis.call('ZRANGE', key('window'), total - limit, total - limit, 'WITHSCORES')
local countedBy = math.min(tonumber(blocking[2]), NOW)
return reply({ ok = 'wait', reason = 'window', waitMs = math.max(1, countedBy + windowMs - NOW + 1) })
