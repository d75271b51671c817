-- The gate `refusing`: an endpoint that refuses every request in the same words (docs/decisions/0022). A *pair* is
-- tenant and model. The key `refusals` holds the row of equal refusals, and what was learned while the gate was closed.
local PAIRS_NEEDED, PAIRS_KEPT, CANARIES_KEPT = 3, 50, 20

local function pairOf(tenant, model) return (tenant or '') .. '\n' .. string.sub(model or '', 1, 100) end

local function tenantOf(pair) return string.match(pair, '^[^\n]*') end

local function has(list, value)
  for _, one in ipairs(list) do
    if one == value then return true end
  end
  return false
end

-- Appends the value as the newest of at most `most`.
local function keep(list, value, most)
  if has(list, value) then return end
  list[#list + 1] = value
  if #list > most then table.remove(list, 1) end
end

local function without(list, value)
  local left = {}
  for _, one in ipairs(list) do
    if one ~= value then left[#left + 1] = one end
  end
  return left
end

local function setOf(list)
  local set = {}
  for _, one in ipairs(list) do set[one] = true end
  return set
end

local function tenantsOf(pairsTried)
  local tenants = {}
  for _, pair in ipairs(pairsTried) do keep(tenants, tenantOf(pair), PAIRS_KEPT) end
  return tenants
end

local function refusingGate()
  local gate = loadGate('refusing')
  return gate and isOwnGate('refusing', gate) and gate or nil
end

local function isRefusingFor(same)
  local gate = refusingGate()
  return gate and gate.same == same
end

local function loadRow()
  local json = redis.call('GET', key('refusals'))
  return json and cjson.decode(json) or { ids = {}, pairs = {}, suspects = {} }
end

-- Without `memoryMs` the row keeps its time to live.
local function saveRow(row, memoryMs)
  if memoryMs then
    redis.call('SET', key('refusals'), cjson.encode(row), 'PX', memoryMs)
  else
    redis.call('SET', key('refusals'), cjson.encode(row), 'XX', 'KEEPTTL')
  end
end

-- Workers of the previous version do not end a row, but they count what they accept.
local function acceptedCount() return tonumber(redis.call('HGET', key('stats'), 'accepted')) or 0 end

local function suspectsOf(row) return NOW < (row.suspectsUntil or 0) and row.suspects or {} end

-- Long enough to close the gate, if it spans all pairs.
local function isRipe(row) return row.same and #row.ids >= row.after and row.accepted == acceptedCount() end

-- Whether a try of this pair is needed: its tenant was not tried, or too few pairs were tried to conclude anything.
local function isNeeded(tried, pair)
  if has(tried, pair) then return false end
  return #tried < PAIRS_NEEDED or not has(tenantsOf(tried), tenantOf(pair))
end

-- A waiting generation of a pair that is not in `tried` and that could be sent now; first those whose try is needed, last
-- those that were canaries before. Considers the newest of each tenant and both ends of the queue.
local function another(tried, others, canaries)
  local best
  local passed, known = setOf(tried), setOf(tenantsOf(tried))
  for _, pair in ipairs(others) do passed[pair] = true end
  local function consider(ids)
    for _, id in ipairs(ids) do
      local fields = redis.call('HMGET', recordKey(id), 'state', 'tenant', 'model', 'vehicle', 'notBefore', 'deadlineAt')
      local isReady = fields[1] == 'queued' and (tonumber(fields[5]) or 0) <= NOW and NOW < (tonumber(fields[6]) or 0)
      local pair = isReady and pairOf(fields[2], fields[3])
      if pair and not passed[pair] then
        local needed = #tried < PAIRS_NEEDED or not known[tenantOf(pair)]
        local rank = (needed and 2 or 0) + (has(canaries, id) and 0 or 1)
        if not best or rank > best.rank then best = { id = id, vehicle = fields[4], needed = needed, rank = rank } end
      end
    end
  end
  local tenants = redis.call('SRANDMEMBER', key('tenants'), 50)
  table.sort(tenants)
  for _, tenant in ipairs(tenants) do consider(redis.call('ZREVRANGE', key('tenant:') .. tenant, 0, 19)) end
  if not best or best.rank < 3 then consider(redis.call('ZRANGE', key('state:queued'), 0, 99)) end
  -- Among many tenants the sample may miss the newest one.
  if not best or best.rank < 3 then consider(redis.call('ZREVRANGE', key('state:queued'), 0, 99)) end
  return best
end

-- Whether the row spans all pairs, as far as a row can.
local function isOverAll(row)
  local found = another(row.pairs, suspectsOf(row), {})
  if not found or not found.needed then return true end
  return #row.pairs >= PAIRS_NEEDED and #tenantsOf(row.pairs) > 1
end

-- The gate's canary, or an attempt under way when it closed, was refused in the gate's words.
local function refusedAgain(gate, record, attempt, endpoint)
  local wasCanary, intervalMs = gate.canary == attempt.tokenHash, gate.intervalMs
  gate = closeGate('refusing', endpoint.times, endpoint.same, attempt.tokenHash)
  if not wasCanary then return end
  keep(gate.canaries, record.id, CANARIES_KEPT)
  local found = #gate.known < PAIRS_KEPT and another(gate.known, {}, {})
  if found and found.needed then gate.intervalMs, gate.nextAt = intervalMs, NOW end
  saveGate('refusing', gate)
end

local function shutRefusing(row, endpoint)
  local gate = closeGate('refusing', endpoint.times, endpoint.same)
  gate.same, gate.memoryMs, gate.rowSince, gate.canaries = endpoint.same, endpoint.memoryMs, row.since, {}
  gate.tried, gate.known = row.pairs, row.pairs
  local found = another(row.pairs, {}, {})
  if found and found.needed then gate.nextAt = NOW end
  saveGate('refusing', gate)
  row.pardon = { from = row.since, to = NOW }
  row.same, row.ids, row.pairs = nil, {}, {}
end

-- This generation was refused as a canary, and another pair was accepted meanwhile.
local function isOwnFault(row, record, pair, same)
  local opened, canaryAt = row.opened, num(record, 'canaryAt')
  return opened and opened.same == same and opened.pair ~= pair and canaryAt > 0 and canaryAt <= opened.at
end

-- Attributes a refusal that may be the endpoint's fault: `endpoint` (it costs no retry), `own`, or undecided: `once` where
-- earlier refusals are forgiven, else `again`.
local function blame(record, attempt, endpoint)
  local gate, row = refusingGate(), loadRow()
  if gate then
    if gate.same ~= endpoint.same then return 'again' end
    refusedAgain(gate, record, attempt, endpoint)
    return 'endpoint'
  end
  local pair, accepted = pairOf(record.tenant, record.model), acceptedCount()
  if isOwnFault(row, record, pair, endpoint.same) then return 'own' end
  local placeAt, pardon = num(record, 'placeAt'), row.pardon
  local unknown = pardon and placeAt >= pardon.from and placeAt <= pardon.to and 'once' or 'again'
  if has(suspectsOf(row), pair) then return unknown end
  if row.same ~= endpoint.same or row.accepted ~= accepted then
    row.same, row.accepted, row.since, row.ids, row.pairs = endpoint.same, accepted, NOW, {}, {}
  end
  row.after, row.memoryMs = endpoint.after, endpoint.memoryMs
  keep(row.ids, record.id, endpoint.after)
  keep(row.pairs, pair, PAIRS_KEPT)
  local closes = #row.ids >= endpoint.after and isOverAll(row)
  if closes then shutRefusing(row, endpoint) end
  saveRow(row, endpoint.memoryMs)
  return closes and 'endpoint' or unknown
end

-- A different judgement of a request: the endpoint does judge requests.
local function endRow()
  local row = loadRow()
  if not row.same then return end
  row.same, row.ids, row.pairs = nil, {}, {}
  saveRow(row)
end

-- A task was created: the gate opens, and the other pairs that were tried are suspects until one of theirs is accepted; so
-- are those of a row that was long enough. An attempt admitted before the row began may have been accepted before the
-- endpoint broke: it ends a row, and proves no more.
local function endpointAccepts(record, attempt)
  local gate, row, pair = refusingGate(), loadRow(), pairOf(record.tenant, record.model)
  if not gate and not row.same and not has(row.suspects, pair) then return end
  local isLater = attempt.admittedAt >= (gate and gate.rowSince or row.since or 0)
  local asked, memoryMs = row.suspects, nil
  if gate and not isLater then return end
  if gate then
    asked, memoryMs = gate.known, gate.memoryMs
    row.opened = { pair = pair, at = NOW, same = gate.same }
    openGate('refusing')
  elseif isRipe(row) and isLater then
    asked, memoryMs = row.pairs, row.memoryMs
  end
  row.suspects = without(asked, pair)
  if memoryMs then row.suspectsUntil = NOW + memoryMs end
  row.same, row.ids, row.pairs = nil, {}, {}
  saveRow(row, memoryMs)
end

-- The generation to send instead of this one: while a row is open, one of another pair; as a canary, one whose turn it is.
local function standIn(record, due)
  local pair = pairOf(record.tenant, record.model)
  if has(due, 'refusing') then
    local gate = loadGate('refusing')
    if isNeeded(gate.tried, pair) then return nil end
    local found, isTried = another(gate.tried, {}, gate.canaries), has(gate.tried, pair)
    if found and (found.needed or isTried) then return found end
    if isTried then
      -- All had their turn: a new round.
      gate.tried = {}
      saveGate('refusing', gate)
    end
    return nil
  end
  local row = loadRow()
  return isRipe(row) and has(row.pairs, pair) and another(row.pairs, suspectsOf(row), {}) or nil
end

-- The attempt is the canary: its pair has had its turn.
local function noteCanary(record, attempt, due)
  if not has(due, 'refusing') then return end
  local gate, pair = loadGate('refusing'), pairOf(record.tenant, record.model)
  keep(gate.tried, pair, PAIRS_KEPT)
  if #gate.known < PAIRS_KEPT then keep(gate.known, pair, PAIRS_KEPT) end
  gate.canaryUntil = attempt.leaseUntil
  saveGate('refusing', gate)
  set(record, { canaryAt = NOW })
end

-- A new generation whose try is needed does not wait for the next canary, only for the one that is under way.
local function hearNewcomer(record)
  local gate = refusingGate()
  if not gate or #gate.known >= PAIRS_KEPT or not isNeeded(gate.known, pairOf(record.tenant, record.model)) then return end
  local at = math.max(NOW, gate.canary and gate.canaryUntil or NOW)
  if at >= gate.nextAt then return end
  gate.nextAt = at
  saveGate('refusing', gate)
end
