#!lua flags=allow-oom
-- mirrored: the dead-letter queue shows this generation's letters as they were read. A newer change is to be mirrored,
-- also where somebody has done so already: whoever was slow has just put the old ones over it.
local version = redis.call('HGET', recordKey(ARGS.id), 'letters')
if (tonumber(version) or 0) == ARGS.version then
  redis.call('SREM', key('mirror'), ARGS.id)
else
  redis.call('SADD', key('mirror'), ARGS.id)
end
return reply({ kind = 'done' })
