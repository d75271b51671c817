-- Every script: KEYS[1] is the ledger's key root, such as '{kieq}:ledger:', so that one hash tag keeps a pool in one slot.
-- ARGS are its arguments, `reply` sends its reply, and SETTINGS are the pool's settings that it reads: these three are
-- generated from the contract (src/contract), and so is `load`, which reads the record.
local ROOT = KEYS[1]

-- Redis time only, never a worker's clock. NOW is rounded down for decisions, NOW_UP up for what counts against our limits.
local clock = redis.call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)
local NOW_UP = NOW + 1

local function key(name) return ROOT .. name end
local function recordKey(id) return ROOT .. 'gen:' .. id end
local function taskKey(taskId) return ROOT .. 'task:' .. taskId end

-- JSON null arrives as cjson.null, which is truthy.
local function given(value) return value ~= nil and value ~= cjson.null end

-- Redis formats a number before a command gets it, which costs as much as the command: known numbers are passed as text.
local function count(name, by) redis.call('HINCRBY', key('stats'), name, by or '1') end
