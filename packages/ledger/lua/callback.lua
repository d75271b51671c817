#!lua flags=allow-oom
-- callback: a callback came with the token of an attempt. It is not believed: it changes no state and no task.
-- Where the task is known its next poll is due at once; where the attempt has none, the named task is kept as a claim.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local attempt = findAttempt(record, ARGS.tokenHash)
if not attempt then return reply({ kind = 'unknown_attempt' }) end
set(record, { hints = num(record, 'hints') + 1 })
local function answer(kind, more)
  more = more or {}
  more.kind, more.state, more.callbacksSeen = kind, record.state, num(record, 'hints')
  return reply(more)
end

local named = ARGS.taskId and ARGS.taskId or nil
local function isForeign() return named ~= nil and attempt.taskId ~= nil and attempt.taskId ~= named end
if given(record.purgedAt) then return answer('settled', { foreign = isForeign() }) end

local isPolled = record.state == 'generating' and num(record, 'current') == attempt.n
if isPolled then
  set(record, { nextPollAt = NOW })
  watch(record, NOW + ARGS.vehicleCheckMs)
  count('hinted')
  return answer('calledBack', { vehicle = record.vehicle, queue = record.queue, foreign = isForeign() })
end

local task = named or attempt.taskId
local claimable = not attempt.taskId or canRevive(record, attempt, task) or mayBeSettled(record, attempt, task)
if not claimable then return answer('settled', { foreign = isForeign() }) end
-- The response to its worker may be under way: the first poll after it is due at once.
if not attempt.taskId and not attempt.hinted then
  attempt.hinted = true
  saveAttempt(record, attempt)
end
if not task then return answer('no_task') end
-- A task of another generation needs no query to be refuted.
local owner = redis.call('GET', taskKey(task))
if owner and not attempt.taskId then return answer('settled', { foreign = true }) end

local claims, open = claimsOf(record), 0
for _ in pairs(claims) do open = open + 1 end
if not claims[task] then
  if open >= CLAIMS_PER_GENERATION then return answer('too_many') end
  claims[task] = { attempt = attempt.n, at = NOW }
  saveClaims(record, claims)
  redis.call('ZADD', key('claims'), NOW, record.id)
  count('claimed')
end
return answer('claimed', { attempt = attempt.n, taskId = task })
