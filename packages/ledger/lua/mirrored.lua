#!lua flags=allow-oom
-- mirrored: the dead-letter queue shows this generation's letters as they were read; a newer change stays to be mirrored.
local version = redis.call('HGET', recordKey(ARGS.id), 'letters')
if (tonumber(version) or 0) == ARGS.version then redis.call('SREM', key('mirror'), ARGS.id) end
return reply({ ok = 'done' })
