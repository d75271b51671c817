#!lua flags=no-writes
-- workers: the announced workers, when one last announced itself, and whether an unannounced one holds the sweeper's lease.
-- Whatever these keys contain, the reply has a limited length.
local MOST, LONGEST_MS, LONGEST_TEXT, LONGEST_ID = 500, 60000, 2000, 200
local workers = {}
local ids = redis.call('ZRANGEBYSCORE', key('workers'), '(' .. NOW, NOW + LONGEST_MS, 'LIMIT', 0, MOST)
for i, id in ipairs(ids) do
  local isShort = redis.call('HSTRLEN', key('workers:told'), id) <= LONGEST_TEXT
  workers[i] = { id = string.sub(id, 1, LONGEST_ID), told = isShort and redis.call('HGET', key('workers:told'), id) or nil }
end
local holder = redis.call('GET', key('sweeper'))
local goneAt = holder and tonumber(redis.call('ZSCORE', key('workers'), holder) or 0) or 0
local answer = { kind = 'workers', at = NOW, seenAt = tonumber(redis.call('GET', key('workers:seen')) or nil),
  unannounced = holder ~= false and not (NOW < goneAt and goneAt <= NOW + LONGEST_MS) }
answer.workers = cjson.encode(workers)
return reply(answer)
