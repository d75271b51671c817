#!lua flags=allow-oom
-- mirrored: the dead-letter queue shows this generation's letter as it was read; a newer change stays to be mirrored.
local letters, class = unpack(redis.call('HMGET', recordKey(ARGS.id), 'letters', 'letterClass'))
if (tonumber(letters) or 0) == ARGS.letters and (class or '') == ARGS.class then
  redis.call('SREM', key('mirror'), ARGS.id)
end
return reply({ ok = 'done' })
