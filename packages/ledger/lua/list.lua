#!lua flags=no-writes
-- list: entries of one or more sorted sets together, highest score first unless ARGS.oldestFirst, filtered by state or
-- tenant of the record. A call reads a bounded number of entries; `next` names the last one read, where the next call goes on.
local SCAN, BATCH = 1000, 200
local cursor = ARGS.cursor and cjson.decode(ARGS.cursor)
local bottom = ARGS.from and string.format('%.0f', ARGS.from) or '-inf'
local top = ARGS.to and string.format('%.0f', ARGS.to) or '+inf'
local rising = ARGS.oldestFirst
if cursor and rising then bottom = string.format('%.0f', cursor.at) end
if cursor and not rising then top = string.format('%.0f', cursor.at) end

-- Entries of equal score come in the order of their ids.
local function passed(score, id)
  if not cursor or score ~= cursor.at then return false end
  if rising then return id <= cursor.id end
  return id >= cursor.id
end

local function batchOf(name, offset)
  if rising then
    return redis.call('ZRANGEBYSCORE', key(name), bottom, top, 'WITHSCORES', 'LIMIT', offset, BATCH)
  end
  return redis.call('ZREVRANGEBYSCORE', key(name), top, bottom, 'WITHSCORES', 'LIMIT', offset, BATCH)
end

local function open(name)
  local source = { name = name, offset = 0, batch = {}, at = 1 }
  function source.head()
    while true do
      if source.at > #source.batch then
        source.batch = batchOf(name, source.offset)
        source.offset, source.at = source.offset + BATCH, 1
        if #source.batch == 0 then return nil end
      end
      local id, score = source.batch[source.at], tonumber(source.batch[source.at + 1])
      if not passed(score, id) then return id, score end
      source.at = source.at + 2
    end
  end
  return source
end

local function wanted(id)
  if not ARGS.state and not ARGS.tenant then return true end
  local fields = redis.call('HMGET', recordKey(id), 'state', 'tenant')
  if ARGS.state and fields[1] ~= ARGS.state then return false end
  return not ARGS.tenant or fields[2] == ARGS.tenant
end

local sources = {}
for _, name in ipairs(cjson.decode(ARGS.sources)) do sources[#sources + 1] = open(name) end

local function comesFirst(score, id, otherScore, otherId)
  if score ~= otherScore then return (score > otherScore) ~= rising end
  return (id > otherId) ~= rising
end

local function nearest()
  local best, bestId, bestScore
  for _, source in ipairs(sources) do
    local id, score = source.head()
    if id and (not best or comesFirst(score, id, bestScore, bestId)) then
      best, bestId, bestScore = source, id, score
    end
  end
  return best, bestId, bestScore
end

local items, seen, last = {}, 0, nil
while #items < ARGS.limit and seen < SCAN do
  local source, id, score = nearest()
  if not source then return reply({ kind = 'page', items = cjson.encode(items) }) end
  source.at = source.at + 2
  seen, last = seen + 1, { at = score, id = id }
  if wanted(id) then items[#items + 1] = { id = id, at = score, source = source.name } end
end
return reply({ kind = 'page', items = cjson.encode(items), next = last and cjson.encode(last) })
