-- Every script: KEYS[1] is the ledger's key root, such as '{kieq}:ledger:', so that one hash tag holds a pool together.
-- ARGV[1] is a JSON object of arguments; the reply is a JSON object with the field `ok`.
local ROOT = KEYS[1]
local ARGS = cjson.decode(ARGV[1])

-- Redis time only, never a worker's clock. NOW is rounded down for decisions, NOW_UP up for what is held against us.
local clock = redis.call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)
local NOW_UP = NOW + 1

local function key(name) return ROOT .. name end
local function recordKey(id) return ROOT .. 'gen:' .. id end
local function taskKey(taskId) return ROOT .. 'task:' .. taskId end

local function reply(answer) return cjson.encode(answer) end

-- JSON null arrives as cjson.null, which is truthy.
local function given(value) return value ~= nil and value ~= cjson.null end

local function count(name, by) redis.call('HINCRBY', key('stats'), name, by or 1) end

local function setting(name, default)
  return tonumber(redis.call('HGET', key('config'), name)) or default
end
