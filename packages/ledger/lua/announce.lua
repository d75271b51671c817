#!lua flags=allow-oom
-- announce: a worker is there. It counts until ARGS.lifeMs after its last announcement. It decides nothing. It also runs
-- when Redis is out of memory: workers still record what they know then, and must not appear dead.
local MOST, LONGEST_MS, AT_ONCE = 500, 60000, 100
local function forget(ids)
  for _, id in ipairs(ids) do
    redis.call('ZREM', key('workers'), id)
    redis.call('HDEL', key('workers:told'), id)
  end
end
forget(redis.call('ZRANGEBYSCORE', key('workers'), '-inf', NOW, 'LIMIT', 0, AT_ONCE))
-- No announcement lasts that long: the server's clock went back, and every living worker announces itself again.
forget(redis.call('ZRANGEBYSCORE', key('workers'), '(' .. NOW + LONGEST_MS, '+inf', 'LIMIT', 0, AT_ONCE))

redis.call('SET', key('workers:seen'), NOW)
local since = ARGS.since or NOW
if not redis.call('ZSCORE', key('workers'), ARGS.id) and redis.call('ZCARD', key('workers')) >= MOST then
  return reply({ kind = 'full', since = since })
end
redis.call('ZADD', key('workers'), NOW + math.min(ARGS.lifeMs, LONGEST_MS), ARGS.id)
redis.call('HSET', key('workers:told'), ARGS.id, cjson.encode({ since = since, at = NOW, worker = cjson.decode(ARGS.worker) }))
return reply({ kind = 'announced', since = since })
