#!lua
-- configure: the pool's settings. The first process stores them; a later one gets the settings that differ.
local settings = cjson.decode(ARGS.settings)
local stored = redis.call('HGETALL', key('config'))
local now = {}
for i = 1, #stored, 2 do now[stored[i]] = stored[i + 1] end
local differences = {}
for name, value in pairs(settings) do
  if now[name] ~= nil and now[name] ~= value then
    differences[#differences + 1] = { setting = name, stored = now[name], received = value }
  end
end
if #differences > 0 and not ARGS.force then return reply({ kind = 'differs', differences = cjson.encode(differences) }) end
for name, value in pairs(settings) do redis.call('HSET', key('config'), name, value) end
-- What the window has learned belongs to one limit and one length.
local function changed(name) return settings[name] and now[name] ~= settings[name] end
if changed('submitLimit') or changed('submitWindowMs') then
  redis.call('DEL', key('window:state'))
end
if changed('pollLimitPerSecond') or changed('pollLimitMaxPerSecond') then
  redis.call('DEL', key('poll:state'))
end
return reply({ kind = 'agreed' })
