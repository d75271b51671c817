#!lua flags=allow-oom
-- renotice: the sweeper found no living job for this notice and names a new one; compare-and-set on the old one.
local record = load(ARGS.id)
if not record then return reply({ ok = 'missing' }) end
if record.noticeState ~= 'pending' or record.noticeVehicle ~= ARGS.vehicle then
  return reply({ ok = 'stale', state = record.state })
end
noticeVehicle(record)
redis.call('ZADD', key('notices'), math.max(NOW, num(record, 'noticeAt')), record.id)
count('renoticed')
return reply({ ok = 'renoticed', vehicle = record.noticeVehicle, delayMs = math.max(0, num(record, 'noticeAt') - NOW) })
