#!lua
-- poll_permit: one query of the pool's budget, as a sliding second over all workers.
-- An unanswered query is held until its timeout; an answered one is stamped by observe, settle or poll_done.
local held = tonumber(redis.call('GET', key('poll:hold')))
if held and held > NOW then return reply({ ok = 'wait', waitMs = held - NOW }) end
local places, waitMs = room(key('polls'), setting('pollLimitPerSecond', 10), 1000)
if places == 0 then return reply({ ok = 'wait', waitMs = waitMs }) end
if ARGS.peek then return reply({ ok = 'room', places = places }) end
hold(key('polls'), ARGS.permit, NOW_UP + ARGS.timeoutMs)
return reply({ ok = 'granted', places = places - 1 })
