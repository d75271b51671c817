#!lua flags=allow-oom
-- poll: a poll begins. Only the current vehicle of a generating task may spend a query of the budget.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
if record.state ~= 'generating' or record.vehicle ~= ARGS.vehicle then
  return reply({ kind = 'stale', state = record.state })
end
local slots, waitMs = grantPoll(ARGS.permit, ARGS.timeoutMs)
if not slots then return reply({ kind = 'wait', waitMs = waitMs }) end
return reply({
  kind = 'granted', taskId = record.taskId, ageMs = NOW - num(record, 'acceptedAt'),
  pollingForMs = NOW - num(record, 'pollSince'), resubmits = num(record, 'resubmits'),
  polls = num(record, 'polls'), callbacksSeen = num(record, 'hints'), model = record.model, timingKind = record.kind,
  trace = record.trace, noResultForMs = noResultForMs(record),
})
