#!lua flags=allow-oom
-- mirrored: the queue `dead-letter` shows this generation's dead letters as they were read. A newer change is mirrored again,
-- even if another worker has done so: this slower one has just overwritten it.
local version = redis.call('HGET', recordKey(ARGS.id), 'letters')
if (tonumber(version) or 0) == ARGS.version then
  redis.call('SREM', key('mirror'), ARGS.id)
else
  redis.call('SADD', key('mirror'), ARGS.id)
end
return reply({ kind = 'done' })
