-- Every script: KEYS[1] is the ledger's key root, such as '{kieq}:ledger:', so that one hash tag holds a pool together.
-- What it is called with is ARGS, what it answers goes through `reply`, and what it reads of the pool's settings is
-- SETTINGS: these three are written from the contract (src/contract), and so is `load`, which reads the record.
local ROOT = KEYS[1]

-- Redis time only, never a worker's clock. NOW is rounded down for decisions, NOW_UP up for what is held against us.
local clock = redis.call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)
local NOW_UP = NOW + 1

local function key(name) return ROOT .. name end
local function recordKey(id) return ROOT .. 'gen:' .. id end
local function taskKey(taskId) return ROOT .. 'task:' .. taskId end

-- JSON null arrives as cjson.null, which is truthy.
local function given(value) return value ~= nil and value ~= cjson.null end

-- A number that goes to a command is formatted first, which costs as much as the command: what is known beforehand is text.
local function count(name, by) redis.call('HINCRBY', key('stats'), name, by or '1') end
