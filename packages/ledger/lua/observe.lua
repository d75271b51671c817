#!lua flags=allow-oom
-- observe: a poll that gave no verdict; the poll job is parked until the time given here.
-- ARGS.seen: running | missing | trouble (the query failed) | no_result (a success without a result). This script only
-- counts; the domain decides.
if ARGS.permit then stamp(key('polls'), ARGS.permit, 0, 0) end
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
if record.state ~= 'generating' or record.taskId ~= ARGS.taskId then
  return reply({ kind = 'stale', state = record.state })
end
-- The same call sent twice is one poll, or a single denial would count as two.
local again = ARGS.permit and record.lastPermit == ARGS.permit
-- A callback came during the poll, which may have been too early to see the end.
local delayMs = ARGS.callbacksSeen and num(record, 'hints') > ARGS.callbacksSeen and 0 or ARGS.pollDelayMs
if not again then
  local nextPollAt = NOW + delayMs
  set(record, { polls = num(record, 'polls') + 1, nextPollAt = nextPollAt, lastSeen = ARGS.seen, lastPermit = ARGS.permit or '' })
  watch(record, nextPollAt + ARGS.vehicleCheckMs)
end
if ARGS.seen == 'missing' and not again then
  local misses = num(record, 'misses') + 1
  local first = misses == 1 and NOW or num(record, 'firstMissAt')
  set(record, { misses = misses, firstMissAt = first })
  redis.call('ZADD', key('missing'), 'NX', NOW, record.id)
elseif ARGS.seen == 'running' or ARGS.seen == 'no_result' then
  if num(record, 'misses') > 0 then
    set(record, { misses = 0 })
    redis.call('ZREM', key('missing'), record.id)
  end
end
if ARGS.seen == 'no_result' and not noResultForMs(record) then set(record, { noResultSince = NOW }) end
if ARGS.rateLimited and not again then lowerPollLimit() end
if ARGS.pauseMs and ARGS.pauseMs > 0 then
  local untilAt = math.max(tonumber(redis.call('GET', key('poll:hold'))) or 0, NOW + math.ceil(ARGS.pauseMs))
  redis.call('SET', key('poll:hold'), untilAt, 'PXAT', untilAt)
end
-- Denied together: the tasks whose denials began within the window before or after this task's, however long ago.
local began = num(record, 'misses') > 0 and num(record, 'firstMissAt') or NOW
return reply({
  kind = 'parked', delayMs = delayMs, dueAt = num(record, 'nextPollAt'), callbacksSeen = num(record, 'hints'),
  polls = num(record, 'polls'), misses = num(record, 'misses'),
  missingForMs = num(record, 'misses') > 0 and NOW - num(record, 'firstMissAt') or 0,
  noResultForMs = noResultForMs(record),
  missingTasks = redis.call('ZCOUNT', key('missing'), began - ARGS.missingWindowMs, began + ARGS.missingWindowMs),
})
