#!lua flags=allow-oom
-- leave: a worker has stopped. It gives the sweeper's lease back, so that no worker waits for its end or reads it as a sign
-- of life.
redis.call('ZREM', key('workers'), ARGS.id)
redis.call('HDEL', key('workers:told'), ARGS.id)
redis.call('SET', key('workers:seen'), NOW)
if redis.call('GET', key('sweeper')) == ARGS.id then redis.call('DEL', key('sweeper')) end
return reply({ kind = 'left' })
