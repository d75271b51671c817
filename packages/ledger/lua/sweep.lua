#!lua flags=allow-oom
-- sweep: under the lease, the generations that are due for a look. Each comes again later unless something moves it.
local STATES = { 'queued', 'submitting', 'unknown', 'generating', 'archiving', 'succeeded', 'failed', 'cancelled', 'dead' }
local lease = redis.call('GET', key('sweeper'))
if lease and lease ~= ARGS.worker then return reply({ ok = 'other', worker = lease }) end
redis.call('SET', key('sweeper'), ARGS.worker, 'PX', ARGS.leaseMs)
local due = redis.call('ZRANGEBYSCORE', key('watch'), '-inf', NOW, 'LIMIT', 0, ARGS.limit)
local out = {}
for i, id in ipairs(due) do
  local fields = redis.call('HMGET', recordKey(id), 'state', 'vehicle', 'queue', 'createdAt', 'deadlineAt', 'notBefore', 'nextPollAt',
    'archiveState', 'archiveAt', 'archiveBy')
  if fields[1] then
    -- Invariant: a generation stands in the index of its state and in no other, or the in-flight count would lie.
    for _, state in ipairs(STATES) do
      local stands = redis.call('ZSCORE', key('state:' .. state), id)
      if state == fields[1] and not stands then
        redis.call('ZADD', key('state:' .. state), NOW, id)
        count('index_repaired')
      elseif state ~= fields[1] and stands then
        redis.call('ZREM', key('state:' .. state), id)
        count('index_repaired')
      end
    end
    -- Older generations are looked at less often, so that a long backlog costs little.
    local age = NOW - (tonumber(fields[4]) or NOW)
    local again = math.min(30 * 60000, math.max(ARGS.vehicleCheckMs, age))
    if fields[1] ~= 'queued' then again = ARGS.vehicleCheckMs end
    local at = NOW + again
    if fields[1] == 'queued' and tonumber(fields[5]) > NOW then at = math.min(at, tonumber(fields[5])) end
    redis.call('ZADD', key('watch'), at, id)
    -- When its vehicle should have run, in Redis time; the job's own delay was counted by some worker's clock.
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
-- Callbacks whose job should have come long ago; looked at again later unless their delivery moves them.
local overdue = redis.call('ZRANGEBYSCORE', key('notices'), '-inf', NOW - ARGS.vehicleCheckMs, 'LIMIT', 0, ARGS.limit)
local notices = {}
for _, id in ipairs(overdue) do
  local notice = redis.call('HMGET', recordKey(id), 'noticeState', 'noticeVehicle')
  if notice[1] == 'pending' then
    redis.call('ZADD', key('notices'), NOW, id)
    notices[#notices + 1] = { id = id, vehicle = notice[2] }
  else
    redis.call('ZREM', key('notices'), id)
  end
end
-- Claims wait for their job the same way.
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
local answer = { ok = 'leader', more = #due == ARGS.limit or #mirror == ARGS.limit or #overdue == ARGS.limit
  or #unproved == ARGS.limit }
answer.due, answer.mirror = cjson.encode(out), cjson.encode(mirror)
answer.notices, answer.claims = cjson.encode(notices), cjson.encode(claims)
return reply(answer)
