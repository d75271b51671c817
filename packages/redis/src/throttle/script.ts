/**
 * Gives an attempt its slot in time, for all subjects or none. A subject is a hash of `count`, the failed attempts, and
 * `next`, when the next response may be given, in ms of Redis' clock. Only failed attempts move it on, but right ones
 * wait as long, so that an early response reveals nothing.
 *
 * KEYS: the subjects. ARGV: 1 for a failed attempt, else 0; ms after which a subject is forgotten; then for each
 * subject `free`, `growMs`, `pauseMs`, `mostMs`, and 1 where it refuses beyond that.
 * @returns `{0, ms to wait}`, or `{1, ms until a slot is free}`
 */
export const SLOT_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait, full = 0, 0
local seen = {}
for i, key in ipairs(KEYS) do
  local at = 2 + (i - 1) * 5
  local one = { free = tonumber(ARGV[at + 1]), grow = tonumber(ARGV[at + 2]), pause = tonumber(ARGV[at + 3]),
    most = tonumber(ARGV[at + 4]), refuses = ARGV[at + 5] == '1' }
  local fields = redis.call('HMGET', key, 'count', 'next')
  one.count = tonumber(fields[1]) or 0
  one.ahead = math.max(0, (tonumber(fields[2]) or 0) - now)
  if one.refuses and one.ahead > one.most then full = math.max(full, one.ahead - one.most) end
  wait = math.max(wait, math.min(one.ahead, one.most))
  seen[i] = one
end
if full > 0 then return { 1, full } end
if ARGV[1] == '1' then
  for i, key in ipairs(KEYS) do
    local one = seen[i]
    local pause = math.min(one.pause, math.max(0, one.count + 1 - one.free) * one.grow)
    local ahead = one.ahead + pause
    if not one.refuses then ahead = math.min(ahead, one.most) end
    redis.call('HSET', key, 'count', one.count + 1, 'next', string.format('%.0f', now + ahead))
    redis.call('PEXPIRE', key, ARGV[2])
  end
end
return { 0, wait }
`;
