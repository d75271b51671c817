#!lua flags=allow-oom
-- poll_permit: one query of the pool's budget. It counts until its timeout; observe, settle and poll_done stamp it when the
-- response has come.
local slots, waitMs = grantPoll(ARGS.permit, ARGS.timeoutMs)
if not slots then return reply({ kind = 'wait', waitMs = waitMs }) end
return reply({ kind = 'granted', slots = slots })
