#!lua flags=allow-oom
-- poll_permit: one query of the pool's budget. Unanswered it is held until its timeout; observe, settle and
-- poll_done stamp it when the answer is there.
local places, waitMs = pollRoom()
if places == 0 then return reply({ ok = 'wait', waitMs = waitMs }) end
hold(key('polls'), ARGS.permit, NOW_UP + ARGS.timeoutMs)
return reply({ ok = 'granted', places = places - 1 })
