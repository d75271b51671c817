#!lua flags=allow-oom
-- gate: how operators and the balance probe change gates. ARGS.action: close | open | claim_probe | probe_result |
-- claim_balance | note_balance; the last two concern the balance only, whether or not a gate is closed.
if ARGS.action == 'close' then
  closeGate(ARGS.reason, {}, ARGS.detail)
  return reply({ kind = 'closed' })
end
if ARGS.action == 'open' then
  return reply({ kind = openGate(ARGS.reason) and 'opened' or 'not_closed' })
end
if ARGS.action == 'claim_balance' then
  local nextAt = tonumber(redis.call('HGET', key('gatemem'), 'balanceNextAt') or '0')
  if NOW < nextAt then return reply({ kind = 'not_yet', waitMs = nextAt - NOW }) end
  redis.call('HSET', key('gatemem'), 'balanceNextAt', NOW + ARGS.everyMs)
  return reply({ kind = 'claimed' })
end
if ARGS.action == 'note_balance' then
  redis.call('HSET', key('stats'), 'balance', ARGS.balance, 'balanceAt', NOW)
  return reply({ kind = 'noted' })
end
local gate = loadGate('credits')
-- Only the newer version that defines its mode may open it.
if not gate or not isOwnGate('credits', gate) then return reply({ kind = 'not_closed' }) end
if ARGS.action == 'claim_probe' then
  if NOW < gate.nextAt then return reply({ kind = 'not_yet', waitMs = gate.nextAt - NOW }) end
  gate.nextAt = NOW + gate.intervalMs
  if gate.balanceAtRefusal then gate.intervalMs = math.min(gate.capMs, gate.intervalMs * 2) end
  saveGate('credits', gate)
  return reply({ kind = 'claimed' })
end
-- probe_result: opens the gate where the balance covers the refused request's price, or, where that is unknown, has grown.
local balance = ARGS.balance
redis.call('HSET', key('stats'), 'balance', balance, 'balanceAt', NOW)
if not gate.balanceAtRefusal then
  gate.balanceAtRefusal = balance
  saveGate('credits', gate)
end
local covered
if gate.need then covered = balance >= gate.need else covered = balance > gate.balanceAtRefusal end
if covered then openGate('credits') return reply({ kind = 'opened' }) end
return reply({ kind = 'still_closed', need = gate.need })
