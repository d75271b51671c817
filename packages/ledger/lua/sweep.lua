#!lua flags=allow-oom
-- sweep: under the lease, the generations that are due for a check. Each is due again later unless a transition moves it.
-- Redis serves no other command meanwhile: a call does ARGS.limit of each kind, and `more` asks for another call at once.
-- In these states a paid task may exist: they go before checks of jobs, of which any number may be due at once.
local URGENT = { 'submitting', 'unknown', 'generating' }
local TURN = ARGS.turn or 0

local lease = redis.call('GET', key('sweeper'))
if lease and lease ~= ARGS.worker then return reply({ kind = 'other', worker = lease }) end
redis.call('SET', key('sweeper'), ARGS.worker, 'PX', ARGS.leaseMs)

-- A part of the generations in a state, another one in each turn, so that the turns cover all of them.
local function partOf(state, turn)
  local parts = math.max(1, math.ceil(redis.call('ZCARD', key('state:' .. state)) / ARGS.limit))
  local from = turn % parts * ARGS.limit
  return redis.call('ZRANGE', key('state:' .. state), from, from + ARGS.limit - 1)
end

local function urgentDue(most)
  local found = {}
  for _, state in ipairs(URGENT) do
    local ids = partOf(state, TURN)
    local times = #ids > 0 and redis.call('ZMSCORE', key('watch'), unpack(ids)) or {}
    for i, id in ipairs(ids) do
      if #found < most and (tonumber(times[i]) or math.huge) <= NOW then found[#found + 1] = id end
    end
  end
  return found
end

-- Half of a full batch is for the urgent ones, so that neither kind can starve the other.
local function urgentFirst(due)
  local chosen, isChosen = urgentDue(math.floor(ARGS.limit / 2)), {}
  for _, id in ipairs(chosen) do isChosen[id] = true end
  for _, id in ipairs(due) do
    if #chosen < ARGS.limit and not isChosen[id] then chosen[#chosen + 1] = id end
  end
  return chosen
end

-- Invariant: a generation is in the index of its state and in no other, or the in-flight count would be wrong.
local function removeFromIndex(state, id)
  if redis.call('ZREM', key('state:' .. state), id) == 1 then count('index_repaired') end
end

local function addToIndex(state, id)
  if redis.call('ZADD', key('state:' .. state), 'NX', NOW, id) == 0 then return end
  count('index_repaired')
  for _, other in ipairs(STATES) do
    if other ~= state then removeFromIndex(other, id) end
  end
end

-- The other half of the invariant, part by part: an index must not have a generation that is not in its state.
local function clearPart()
  local state = STATES[TURN % #STATES + 1]
  for _, id in ipairs(partOf(state, math.floor(TURN / #STATES))) do
    if redis.call('HGET', recordKey(id), 'state') ~= state then removeFromIndex(state, id) end
  end
end

local due = redis.call('ZRANGEBYSCORE', key('watch'), '-inf', NOW, 'LIMIT', 0, ARGS.limit)
local isFull = #due == ARGS.limit
local out = {}
for _, id in ipairs(isFull and urgentFirst(due) or due) do
  local fields = redis.call('HMGET', recordKey(id), 'state', 'vehicle', 'queue', 'createdAt', 'deadlineAt', 'notBefore', 'nextPollAt',
    'archiveState', 'archiveAt', 'archiveBy')
  if fields[1] then
    if isState(fields[1]) then addToIndex(fields[1], id) end
    -- Older generations are checked less often, so that a long backlog costs little.
    local age = NOW - (tonumber(fields[4]) or NOW)
    local again = math.min(30 * 60000, math.max(ARGS.vehicleCheckMs, age))
    if fields[1] ~= 'queued' then again = ARGS.vehicleCheckMs end
    local at = NOW + again
    if fields[1] == 'queued' and tonumber(fields[5]) > NOW then at = math.min(at, tonumber(fields[5])) end
    redis.call('ZADD', key('watch'), at, id)
    -- When its vehicle should have run, in Redis time; the delay of the job itself was counted by a worker's clock.
    local archiving = fields[8] == 'pending'
    local startAt = tonumber(archiving and fields[9] or fields[1] == 'generating' and fields[7] or fields[6]) or 0
    out[#out + 1] = { id = id, state = fields[1], vehicle = fields[2] or '', queue = fields[3] or '',
      pastDeadline = (tonumber(fields[5]) or math.huge) <= NOW, overdue = startAt + ARGS.vehicleCheckMs <= NOW,
      archiving = archiving or nil,
      linksDead = archiving and (tonumber(fields[10]) or 0) <= NOW or nil }
  else
    redis.call('ZREM', key('watch'), id)
  end
end
clearPart()
-- Deliveries whose job should have come long ago; checked again later unless a delivery attempt moves them.
local overdue = redis.call('ZRANGEBYSCORE', key('notices'), '-inf', NOW - ARGS.vehicleCheckMs, 'LIMIT', 0, ARGS.limit)
local deliveries = {}
for _, id in ipairs(overdue) do
  local delivery = redis.call('HMGET', recordKey(id), 'noticeState', 'noticeVehicle')
  if delivery[1] == 'pending' then
    redis.call('ZADD', key('notices'), NOW, id)
    deliveries[#deliveries + 1] = { id = id, vehicle = delivery[2] }
  else
    redis.call('ZREM', key('notices'), id)
  end
end
-- The same for claims.
local unproved = redis.call('ZRANGEBYSCORE', key('claims'), '-inf', NOW - ARGS.vehicleCheckMs, 'LIMIT', 0, ARGS.limit)
local claims = {}
for _, id in ipairs(unproved) do
  local json = redis.call('HGET', recordKey(id), 'claims')
  if json then
    redis.call('ZADD', key('claims'), NOW, id)
    for taskId in pairs(cjson.decode(json)) do claims[#claims + 1] = { id = id, taskId = taskId } end
  else
    redis.call('ZREM', key('claims'), id)
  end
end
local mirror = redis.call('SRANDMEMBER', key('mirror'), ARGS.limit)
local answer = { kind = 'leader', more = isFull or #mirror == ARGS.limit or #overdue == ARGS.limit
  or #unproved == ARGS.limit }
answer.due, answer.mirror = cjson.encode(out), cjson.encode(mirror)
answer.deliveries, answer.claims = cjson.encode(deliveries), cjson.encode(claims)
return reply(answer)
