-- A claim is a callback's statement about an attempt that has no task: "this is its task". It counts only after recordInfo
-- has proved it. Claims are kept in the record's field `claims` as a JSON map: task -> { attempt, at }.
local CLAIMS_PER_GENERATION = 5

-- No task is under way for it: a task that turns up now, of an attempt whose response was lost, is polled instead of
-- paying for another one. Also where the generation ended without a video: that task is paid.
local function isTaskless(record)
  if given(record.purgedAt) or newerDeadLetter(record) then return false end
  return record.state == 'queued' or record.state == 'failed' or record.state == 'cancelled' or (record.state == 'dead' and neverHadATask(record.letterClass))
end

-- Its task was given up, or counted as surplus, and turns up before another is paid.
local function canRevive(record, attempt, taskId)
  return attempt.taskId == taskId and isTaskless(record) and attempt.outcome ~= 'resubmitted' and not attempt.verdict
end

-- The task was given up and is still that of its generation: a verdict would settle it.
local function mayBeSettled(record, attempt, taskId)
  return attempt.taskId == taskId and record.taskId == taskId and record.state == 'dead'
    and isGivenUp(record.letterClass)
end

-- How long ago Kie first reported a success without a result, since polling of the task last began; nil where it has not.
-- Every version restarts this time by writing `pollSince` only.
local function noResultForMs(record)
  local since = num(record, 'noResultSince')
  if since == 0 or since < num(record, 'pollSince') then return nil end
  return NOW - since
end

-- From now on the attempt's task is that of the generation, whichever state the generation is in.
local function follow(record, attempt, outcome, nextPollAt)
  attempt.outcome = outcome
  saveAttempt(record, attempt)
  closeDeadLetter(record)
  newVehicle(record, 'poll')
  set(record, {
    current = attempt.n, taskId = attempt.taskId, acceptedAt = NOW, pollSince = NOW, nextPollAt = nextPollAt,
    polls = 0, misses = 0, endedAt = '', verdict = '',
  })
  enter(record, 'generating', outcome)
  count(outcome)
end

-- A task that turned up in addition to a newer attempt: it is paid, and no job polls it.
local function surplusOf(record)
  for n = num(record, 'attempts'), 1, -1 do
    local attempt = attemptOf(record, n)
    if attempt.outcome == 'surplus' and attempt.taskId then return attempt end
  end
  return nil
end

local function claimsOf(record)
  if (record.claims or '') == '' then return {} end
  return cjson.decode(record.claims)
end

local function saveClaims(record, claims)
  if next(claims) == nil then
    if OWNER then save() end
    record.claims = ''
    redis.call('HDEL', recordKey(record.id), 'claims')
    redis.call('ZREM', key('claims'), record.id)
  else
    set(record, { claims = cjson.encode(claims) })
  end
end

-- The attempt has its task, which decides every claim about it.
local function dropClaimsOf(record, attempt)
  if (record.claims or '') == '' then return end
  local left = {}
  for taskId, claim in pairs(claimsOf(record)) do
    if claim.attempt ~= attempt.n then left[taskId] = claim end
  end
  saveClaims(record, left)
end
