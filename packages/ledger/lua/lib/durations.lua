-- Completion times of tasks, from which workers learn the schedule of polls. Bounded: the last times of each kind, the
-- kinds that were used last. The score of a kind counts all verdicts, so that a worker that has read its times sees new ones.
local TIMES_PER_KIND, KINDS = 200, 200

local function learn(kind, ms)
  local n = redis.call('HINCRBY', key('stats'), 'learned', 1)
  local times = key('durations:') .. kind
  redis.call('LPUSH', times, string.format('%.0f', ms))
  redis.call('LTRIM', times, '0', TIMES_PER_KIND - 1)
  local isNew = redis.call('ZADD', key('kinds'), n, kind) == 1
  redis.call('LPUSH', key('kinds:recent'), kind)
  redis.call('LTRIM', key('kinds:recent'), '0', TIMES_PER_KIND - 1)
  while isNew and redis.call('ZCARD', key('kinds')) > KINDS do
    redis.call('DEL', key('durations:') .. redis.call('ZPOPMIN', key('kinds'))[1])
  end
end
