#!lua flags=allow-oom
-- redeliver: the sweeper found no living job for this delivery and names a new one; compare-and-set on the old one.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
-- The same call sent twice names the same vehicle, as long as that is the current one.
local again = record.renoticed == ARGS.vehicle .. ' ' .. (record.noticeVehicle or '')
if record.noticeState ~= 'pending' or (record.noticeVehicle ~= ARGS.vehicle and not again) then
  return reply({ kind = 'stale', state = record.state })
end
if not again then
  nextDeliveryVehicle(record)
  set(record, { renoticed = ARGS.vehicle .. ' ' .. record.noticeVehicle })
  redis.call('ZADD', key('notices'), math.max(NOW, num(record, 'noticeAt')), record.id)
  count('renoticed')
end
return reply({ kind = 'redelivered', vehicle = record.noticeVehicle, delayMs = math.max(0, num(record, 'noticeAt') - NOW) })
