import { expect, test } from 'vitest';
import { flag, group, json, list, number, optional, optionalFlag, text, whole } from '../../src/contract/codec.ts';
import { parseLibrary } from '../../src/contract/compose.ts';
import { withHeads } from '../../src/contract/heads.ts';
import { defineTransition } from '../../src/contract/transition.ts';

/** One argument and one field of each kind. */
const toy = defineTransition({
  args: {
    id: text,
    count: number,
    most: optional(number),
    isSure: flag,
    isOld: optionalFlag,
    evidence: json<object>(),
    note: optional(text),
  },
  reply: {
    done: {
      name: text,
      ms: number,
      tries: whole,
      isSure: flag,
      items: list<string>(),
      note: optional(text),
      job: optional(group({ vehicle: text, delayMs: number })),
    },
    missing: {},
  },
  alsoReads: ['computed'],
});

const base = parseLibrary(["local ROOT = KEYS[1]\nlocal function recordKey(id) return ROOT .. 'gen:' .. id end\n"]);
const writing = `local OWNER = nil
local function set(record, fields) OWNER = record end
local function save() OWNER = nil end
local function attemptOf(record, n) return record['a:' .. n] end
local function isOver(record) return num(record, 'endedAt') > SETTINGS.holdMs end
`;
const settings = { holdMs: 7, fingerprint: 'text', unread: 1 } as const;

// What is written for each kind is pinned exactly: behaviour is tested on Redis, and most of these kinds are rare there.
test('the Lua between a script and the wire, where it writes', () => {
  const source = `#!lua flags=allow-oom
local record = load(ARGS.id)
set(record, { x = record.seen, y = SETTINGS.fingerprint })
return reply({ kind = attemptOf(record, 1) and isOver(record) and 'done' or 'missing' })`;
  const lines = withHeads(source, toy, { base, functions: parseLibrary([writing]), settings }).split('\n');
  expect(lines).toEqual([
    '#!lua flags=allow-oom',
    'local ROOT = KEYS[1]',
    "local function recordKey(id) return ROOT .. 'gen:' .. id end",
    "local stored = redis.call('HMGET', ROOT .. 'config', 'holdMs', 'fingerprint')",
    'local SETTINGS = { holdMs = tonumber(stored[1]) or 7, fingerprint = stored[2] or nil }',
    "local ARGS = { id = ARGV[1], count = tonumber(ARGV[2]), most = ARGV[3] ~= '' and tonumber(ARGV[3]) or nil, isSure = ARGV[4] == '1', isOld = ARGV[5] == '1', evidence = ARGV[6], note = ARGV[7] ~= '' and ARGV[7] or nil }",
    'local function load(id)',
    "  local v = redis.call('HMGET', recordKey(id), 'state', 'endedAt', 'seen', 'computed', 'attempts', 'a:1')",
    '  if not v[1] then return nil end',
    "  local record = { id = id, state = v[1], ['endedAt'] = v[2] or nil, ['seen'] = v[3] or nil, ['computed'] = v[4] or nil, ['attempts'] = v[5] or nil, ['a:1'] = v[6] or nil }",
    '  for from = 2, tonumber(record.attempts) or 0, 1000 do',
    '    local names = {}',
    "    for n = from, math.min(from + 999, record.attempts) do names[#names + 1] = 'a:' .. n end",
    "    for i, json in ipairs(redis.call('HMGET', recordKey(id), unpack(names))) do record[names[i]] = json or nil end",
    '  end',
    '  return record',
    'end',
    ...writing.trimEnd().split('\n'),
    'local function reply(answer)',
    '  save()',
    '  local kind = answer.kind',
    "  if kind == 'done' then return { kind, answer.name, tostring(answer.ms), answer.tries, (answer.isSure and 1 or 0), answer.items, (answer.note and answer.note or false), (answer.job and { answer.job.vehicle, tostring(answer.job.delayMs) } or false) } end",
    "  if kind == 'missing' then return { kind } end",
    "  error('there is no reply ' .. tostring(kind))",
    'end',
    ...source.split('\n').slice(1),
  ]);
});

test('a script that only reads writes nothing, and loads no attempts that it does not read', () => {
  const source = '#!lua\nlocal record = load(ARGS.id)\nreturn reply({ kind = record.seen })';
  const lua = withHeads(source, toy, { base, functions: parseLibrary([writing]), settings });
  expect(lua).not.toContain('save()');
  expect(lua).toContain("'state', 'seen', 'computed')");
  expect(lua).not.toContain('SETTINGS');
});

test('a script that adds to an attempt without looking into it loads the attempts', () => {
  const adding = 'local function addToAttempt(record, n) return n end\n';
  const source = '#!lua\nlocal record = load(ARGS.id)\nreturn reply({ kind = addToAttempt(record, 1) })';
  const lua = withHeads(source, toy, { base, functions: parseLibrary([adding]), settings });
  expect(lua).toContain("'state', 'computed', 'attempts', 'a:1')");
});

test('a setting that there is not is refused', () => {
  const source = '#!lua\nreturn reply({ kind = SETTINGS.unheardOf })';
  expect(() => withHeads(source, toy, { base, functions: [], settings })).toThrow(/no setting unheardOf/);
});
