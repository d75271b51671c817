#!lua flags=allow-oom
-- lose: the response was lost and a paid task may exist: submitting → unknown. It is not resubmitted automatically.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local attempt = findAttempt(record, ARGS.tokenHash)
local recovered
if not attempt and ARGS.recover then
  attempt = recoverAttempt(record, ARGS.tokenHash)
  recovered = attempt ~= nil
end
if not attempt then return reply({ kind = 'unknown_attempt' }) end
if attempt.outcome == 'lost' then return reply({ kind = 'unknown', attempt = attempt.n }) end

local member = record.id .. ':' .. attempt.n
if attempt.outcome == 'open' and ARGS.answered then
  stamp(key('window'), member, ARGS.latencyMs, margin())
end
local expiredHere = attempt.outcome == 'expired' and record.state == 'unknown'
if not (record.state == 'submitting' and num(record, 'current') == attempt.n) and not expiredHere and not recovered then
  return reply({ kind = 'stale', state = record.state })
end
local evidence = cjson.decode(ARGS.evidence)
attempt.outcome, attempt.answeredAt, attempt.evidence = 'lost', NOW, evidence
saveAttempt(record, attempt)
count('lost')
-- Each lost response may be a paid video that an operator must search for, so a run of them stops the pool like a run of
-- refused connections: one canary at a time, until Kie responds again.
if not expiredHere and redis.call('INCR', key('unreachable')) >= ARGS.gateAfter then
  closeGate('unreachable', cjson.decode(ARGS.times), evidence.summary, attempt.tokenHash)
end
if not expiredHere then
  watch(record, NOW + SETTINGS.unknownWindowMs)
  enter(record, 'unknown', 'lost')
end
return reply({ kind = 'unknown', attempt = attempt.n })
