-- What verdicts show of prices and models: what Kie bills for each kind of request, and how many requests of a model
-- succeed. All in one hash, and bounded: the entry goes that was written the longest ago. An entry begins with the time
-- of its last verdict.
local ENTRIES, REMEMBERED, NOTABLE = 400, 400, 0.05

local function partsOf(entry)
  local parts = {}
  for part in string.gmatch(entry or '', '%S+') do parts[#parts + 1] = part end
  return parts
end

-- 'at successes failures', of the last few hundred verdicts: the counts are halved where they become more.
local function outcomesWith(entry, success)
  local parts = partsOf(entry)
  local successes, failures = tonumber(parts[2]) or 0, tonumber(parts[3]) or 0
  if successes + failures >= REMEMBERED then successes, failures = math.floor(successes / 2), math.floor(failures / 2) end
  if success then successes = successes + 1 else failures = failures + 1 end
  return TEXTS[NOW] .. ' ' .. successes .. ' ' .. failures
end

-- 'at credits count since before list', '-' for none; `since` and `before` are of the last notable change, from the price
-- before or, at the first one, from the list. Returns the price before as well, where this is one.
local function priceWith(entry, credits, list)
  local parts = partsOf(entry)
  local was = tonumber(parts[2]) or list
  local changed = was ~= nil and math.abs(credits - was) > was * NOTABLE
  local since = (changed or not entry) and TEXTS[NOW] or parts[4]
  local before = changed and was or parts[5] or '-'
  local bills = math.min((tonumber(parts[3]) or 0) + 1, 999999)
  return TEXTS[NOW] .. ' ' .. credits .. ' ' .. bills .. ' ' .. since .. ' ' .. before .. ' ' .. (list or '-'),
    changed and was or nil
end

local function forgetOldest()
  local all, oldest, least = redis.call('HGETALL', key('verdicts')), nil, nil
  for i = 1, #all, 2 do
    local at = tonumber(string.match(all[i + 1], '^%S+')) or 0
    if not least or at < least then oldest, least = all[i], at end
  end
  redis.call('HDEL', key('verdicts'), oldest)
end

local function learnOutcome(model, success)
  local name = 'model:' .. string.sub(model, 1, 80)
  local entry = redis.call('HGET', key('verdicts'), name)
  redis.call('HSET', key('verdicts'), name, outcomesWith(entry or nil, success))
  if not entry and redis.call('HLEN', key('verdicts')) > ENTRIES then forgetOldest() end
end

-- Returns the price before, where it has changed notably.
local function learnPrice(kind, credits, list)
  local name = 'price:' .. kind
  local known = redis.call('HGET', key('verdicts'), name)
  local entry, before = priceWith(known or nil, credits, list)
  redis.call('HSET', key('verdicts'), name, entry)
  if not known and redis.call('HLEN', key('verdicts')) > ENTRIES then forgetOldest() end
  if before then count('price_changed') end
  return before
end
