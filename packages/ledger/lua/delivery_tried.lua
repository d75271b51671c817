#!lua flags=allow-oom
-- delivery_tried: the outcome of one delivery attempt. ARGS.tries is the count of failed ones that the worker read, so that
-- the same call sent twice counts once.
local record = load(ARGS.id)
if not record then return reply({ kind = 'missing' }) end
local TRIED = { pending = true, delivered = true, failed = true }
if record.noticeVehicle ~= ARGS.vehicle or not TRIED[record.noticeState] then
  return reply({ kind = 'stale', state = record.state })
end
if record.noticeState == 'delivered' then return reply({ kind = 'delivered' }) end
if record.noticeState == 'failed' then return reply({ kind = 'given_up' }) end

if ARGS.delivered then
  set(record, { noticeState = 'delivered', noticeEvidence = ARGS.evidence })
  redis.call('ZREM', key('notices'), record.id)
  announce(record, 'notified')
  count('notice:delivered')
  return reply({ kind = 'delivered' })
end
if num(record, 'noticeTries') ~= ARGS.tries then
  return reply({ kind = 'retry', delayMs = math.max(0, num(record, 'noticeAt') - NOW) })
end
local nextAt = NOW + ARGS.retryDelayMs
set(record, { noticeTries = ARGS.tries + 1, noticeEvidence = ARGS.evidence })
if nextAt - num(record, 'noticeSince') > ARGS.giveUpMs then
  set(record, { noticeState = 'failed' })
  redis.call('ZREM', key('notices'), record.id)
  openDeliveryDeadLetter(record, cjson.decode(ARGS.evidence))
  announce(record, 'notify_failed')
  return reply({ kind = 'given_up' })
end
set(record, { noticeAt = nextAt })
redis.call('ZADD', key('notices'), nextAt, record.id)
return reply({ kind = 'retry', delayMs = ARGS.retryDelayMs })
