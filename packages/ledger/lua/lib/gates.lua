-- A gate stops all submissions. Modes: timed (opens at untilAt), canary (half-open: one real generation at nextAt),
-- probe (a worker asks for the balance at nextAt), manual (an operator opens it).
-- A gate that a newer version closed, or one in a mode unknown here, counts as closed; only that version or an operator
-- opens it.

local function isOwnGate(reason, gate) return modeOf(reason) and isKnownMode(gate.mode) or false end

local function saveGate(reason, gate) redis.call('HSET', key('gates'), reason, cjson.encode(gate)) end

local function loadGate(reason)
  local json = redis.call('HGET', key('gates'), reason)
  return json and cjson.decode(json) or nil
end

local function announceGate(reason, event)
  redis.call('XADD', key('events'), 'MAXLEN', '~', '10000', '*',
    'generation', '', 'state', reason, 'event', event, 'tenant', '')
end

local function openGate(reason)
  local gate = loadGate(reason)
  if not gate then return false end
  if reason == 'credits' then
    redis.call('HINCRBY', key('gatemem'), 'creditsClosedMs', NOW - gate.since)
  end
  if gate.intervalMs then
    -- A gate that closes again soon continues with longer intervals instead of starting over.
    redis.call('HSET', key('gatemem'), reason, cjson.encode({ intervalMs = gate.intervalMs, openedAt = NOW }))
  end
  redis.call('HDEL', key('gates'), reason)
  announceGate(reason, 'gate-open')
  return true
end

-- First interval, or twice the last one when the gate was open only shortly.
local function firstInterval(reason, first, cap)
  local json = redis.call('HGET', key('gatemem'), reason)
  if not json then return first, false end
  local memory = cjson.decode(json)
  if NOW - memory.openedAt > 2 * memory.intervalMs then return first, false end
  return math.min(cap, memory.intervalMs * 2), true
end

-- times: { waitMs } for timed, { firstMs, capMs } otherwise. `detail` is evidence for operators.
local function closeGate(reason, times, detail, canaryToken)
  local gate = loadGate(reason)
  local mode = modeOf(reason)
  if not gate then
    gate = { since = NOW, mode = mode, refusals = 0 }
    if mode == 'probe' or mode == 'canary' then
      local interval, again = firstInterval(reason, times.firstMs, times.capMs)
      gate.intervalMs, gate.capMs = interval, times.capMs
      gate.nextAt = (mode == 'probe' and not again) and NOW or NOW + interval
    end
    announceGate(reason, 'gate-closed')
    count('gate:' .. reason)
  elseif gate.canary and gate.canary == canaryToken then
    gate.intervalMs = math.min(gate.capMs, gate.intervalMs * 2)
    gate.nextAt = NOW + gate.intervalMs
    gate.canary = nil
  end
  if mode == 'timed' then gate.untilAt = math.max(gate.untilAt or 0, NOW + times.waitMs) end
  -- A gate that an operator closes has refused nothing; closing it again changes only the reason.
  if mode ~= 'manual' then gate.refusals = (tonumber(gate.refusals) or 0) + 1 end
  gate.detail = detail
  saveGate(reason, gate)
  return gate
end

-- What stops a submission now: the reason and wait of the longest-lasting gate, or the gates whose canary is due.
local function standing(write)
  local flat = redis.call('HGETALL', key('gates'))
  local reason, waitMs, due = nil, 0, {}
  for i = 1, #flat, 2 do
    local name, gate = flat[i], cjson.decode(flat[i + 1])
    local left
    if not isOwnGate(name, gate) then
      left = 500
    elseif gate.mode == 'timed' then
      left = gate.untilAt - NOW
      if left <= 0 and write then openGate(name) end
    elseif gate.mode == 'canary' then
      left = gate.nextAt - NOW
      if left <= 0 then due[#due + 1] = name end
    else
      left = math.max(500, (gate.nextAt or 0) - NOW)
    end
    if left > waitMs then reason, waitMs = name, left end
  end
  return reason, waitMs, due
end

-- The attempt becomes the canary of every due gate. No other attempt passes them until the next interval, nor while the
-- canary may still get its response: a younger canary would make that response count for nothing.
local function sendCanary(due, attempt)
  for _, reason in ipairs(due) do
    local gate = loadGate(reason)
    gate.canary = attempt.tokenHash
    gate.nextAt = math.max(NOW + gate.intervalMs, attempt.leaseUntil)
    saveGate(reason, gate)
  end
end

-- Kie answered a canary with something other than the gate's own refusal: the gate's cause is gone.
local function canaryPassed(tokenHash, except)
  local flat = redis.call('HGETALL', key('gates'))
  for i = 1, #flat, 2 do
    local gate = cjson.decode(flat[i + 1])
    if flat[i] ~= except and gate.canary == tokenHash and isOwnGate(flat[i], gate) then openGate(flat[i]) end
  end
end
