#!lua flags=allow-oom
-- expire: the lease of a submission ended before its worker reported an outcome: submitting → unknown.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
if record.state == 'unknown' then return reply({ kind = 'unknown', attempt = num(record, 'current') }) end
if record.state ~= 'submitting' then return reply({ kind = 'stale', state = record.state }) end
local attempt = attemptOf(record, num(record, 'current'))
if NOW < attempt.leaseUntil then return reply({ kind = 'not_yet', leaseMs = attempt.leaseUntil - NOW }) end
attempt.outcome, attempt.answeredAt = 'expired', NOW
attempt.evidence = { summary = 'the worker reported no outcome before its lease ended' }
saveAttempt(record, attempt)
count('expired')
watch(record, NOW + SETTINGS.unknownWindowMs)
enter(record, 'unknown', 'expired')
return reply({ kind = 'unknown', attempt = attempt.n })
