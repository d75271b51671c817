import { readdirSync, readFileSync } from 'node:fs';
import { DEAD_LETTERS, GATE_MODES, GATES, GENERATION_STATES } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import {
  ContractError,
  decoderOf,
  encoderOf,
  flag,
  group,
  json,
  list,
  number,
  optional,
  text,
} from '../../src/contract/codec.ts';
import { SCRIPT_NAMES, TRANSITIONS, type ScriptName } from '../../src/contract/index.ts';
import { SETTINGS, TABLES_LUA } from '../../src/contract/tables.ts';
import type { Transition } from '../../src/contract/transition.ts';
import { scriptText } from '../../src/scripts.ts';
import { createTransitions, type Transitions } from '../../src/transitions.ts';

const LUA = new URL('../../lua/', import.meta.url);
const LIBRARIES = readdirSync(new URL('lib/', LUA)).map((file) => `lib/${file.replace('.lua', '')}`);

/** A Lua file, parsed here independently: the code that writes the heads is not trusted. */
function luaOf(name: string): string {
  return withoutComments(readFileSync(new URL(`${name}.lua`, LUA), 'utf8'));
}

function withoutComments(lua: string): string {
  return lua.replaceAll(/--.*$/gm, '');
}

function found(lua: string, pattern: RegExp): string[] {
  return [...new Set(lua.match(pattern))].toSorted();
}

/** Words that a script answers: in a table, or given to a function of its own that answers. */
function kindsIn(lua: string): string[] {
  const tables = lua.match(/\b(?:kind|ok) = [^,}]*|\b(?:answer|vehicleReply)\([^,)]*/g) ?? [];
  return found(
    tables
      .join('\n')
      .replaceAll(/==? *'\w*'(?= (?:and|or)\b)/g, '')
      .replaceAll(/[!=]= *'\w+'/g, ''),
    /(?<=')\w+(?=')/g,
  );
}

const ARGUMENT = /(?<=\bARGS\.)\w+/g;

describe.each(SCRIPT_NAMES)('%s', (name) => {
  const lua = luaOf(name);
  const whole = withoutComments(scriptText(name));

  // An argument that no caller can send is a wish of the caller that is dropped: `kill` read a priority that way.
  test('reads every argument that is declared, and no other', () => {
    expect(found(lua, ARGUMENT)).toEqual(Object.keys(TRANSITIONS[name].args).toSorted());
  });

  test('unpacks every argument from its own position', () => {
    const [, table = ''] = /^local ARGS = \{(.*)\}$/m.exec(whole) ?? [];
    const slots = Array.from(table.matchAll(/(?:^|, )\s*(\w+) = [^,]*?ARGV\[(\d+)\]/g), ([, field, place]) => [
      field,
      place,
    ]);
    expect(slots).toEqual(Object.keys(TRANSITIONS[name].args).map((field, i) => [field, String(i + 1)]));
  });

  test('answers every declared kind with its declared fields, and nothing else', () => {
    const { reply } = TRANSITIONS[name];
    expect(kindsIn(lua)).toEqual(Object.keys(reply).toSorted());
    for (const [kind, fields] of Object.entries(reply)) {
      const [, packed = ''] =
        new RegExp(`if kind == '${kind}' then return \\{ kind(.*) \\} end$`, 'm').exec(whole) ?? [];
      const order = [...new Set(Array.from(packed.matchAll(/\banswer\.(\w+)/g), ([, field]) => field))];
      expect([kind, order]).toEqual([kind, Object.keys(fields)]);
    }
  });

  test('gives every field that some kind declares', () => {
    const fields = new Set(Object.values(TRANSITIONS[name].reply).flatMap((one) => Object.keys(one)));
    const unsaid = [...fields].filter((field) => !new RegExp(`\\b${field} =|\\.${field}\\b`).test(lua));
    expect(unsaid).toEqual([]);
  });

  test('loads every field of its record that it reads', () => {
    const [, loaded = ''] = /local v = redis\.call\('HMGET', recordKey\(id\), (.*)\)$/m.exec(whole) ?? [];
    const [, kept = ''] = /local record = \{ id = id, (.*) \}$/m.exec(whole) ?? [];
    const fields = Array.from(loaded.matchAll(/'([^']+)'/g), ([, field = '']) => field).toSorted();
    expect(
      Array.from(kept.matchAll(/(?:\['([^']+)'\]|(\w+)) = v\[(\d+)\]/g), ([, a, b]) => a ?? b ?? '').toSorted(),
    ).toEqual(fields);
    const body = whole.slice(whole.indexOf('local record = { id = id'));
    const read = loaded === '' ? [] : found(body, /(?<=\brecord\.)\w+|(?<=num\(record, ')\w+(?=')/g);
    expect(fields).toEqual(expect.arrayContaining(read.filter((field) => field !== 'id')));
  });

  test('returns by its reply alone, so that what it sets is written', () => {
    // Outside of its own functions: the lines of one are indented, up to its `end`.
    const outside = lua.replaceAll(/^local function [\s\S]*?^end$/gm, '').replaceAll(/^local function .* end$/gm, '');
    const returns = outside.match(/\breturn\b.*/g) ?? [];
    const others = returns.filter(
      (line) => !/^return (?:reply|answered|answerFor|vehicleReply|answer|dead|redriven)\(/.test(line),
    );
    expect(others.map((line) => line.replace(/\(.*/, ''))).toEqual(
      name === 'redrive' ? ['return redis.error_reply'] : [],
    );
  });
});

/** The settings of the pool that each script, with the functions that it uses, decides by. */
const READERS: Partial<Record<ScriptName, string>> = {
  create: 'deadlineMs',
  cancel: 'retentionMs',
  admit: 'accountFingerprint maxInFlight submitLimit submitTimeoutMs submitWindowMs',
  peek: 'maxInFlight submitLimit submitWindowMs',
  refuse: 'holdMs submitLimit submitWindowMs',
  lose: 'unknownWindowMs',
  expire: 'unknownWindowMs',
  settle: 'archiveLinkTtlMs holdMs retentionMs',
  archived: 'retentionMs',
  unsaved: 'holdMs retentionMs',
  kill: 'creditDeadlineMs deadlineMs holdMs unknownWindowMs',
  redrive: 'archiveLinkTtlMs unknownWindowMs',
  purge: 'retentionMs',
  observe: 'pollLimitMaxPerSecond pollLimitPerSecond',
  poll: 'pollLimitMaxPerSecond pollLimitPerSecond',
  peek_polls: 'pollLimitMaxPerSecond pollLimitPerSecond',
  poll_permit: 'pollLimitMaxPerSecond pollLimitPerSecond',
};

describe('settings', () => {
  const read = (name: string): string[] => found(luaOf(name), /(?<=\bSETTINGS\.)\w+/g);

  test('are each read by some script, and none is read that there is not', () => {
    const names = [...SCRIPT_NAMES, ...LIBRARIES].flatMap((name) => read(name));
    expect([...new Set(names)].toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
  });

  test.each(SCRIPT_NAMES)('of %s come with their defaults, each from its own position', (name) => {
    const whole = withoutComments(scriptText(name));
    const body = whole.replace(/^local SETTINGS = .*$/m, '');
    const asked = /^local stored = redis\.call\('HMGET', ROOT \.\. 'config', (.*)\)$/m.exec(whole)?.[1] ?? '';
    const names = asked.match(/(?<=')\w+(?=')/g) ?? [];
    expect(names.toSorted()).toEqual(found(body, /(?<=\bSETTINGS\.)\w+/g));
    const values = names.map((one, i) => {
      const setting = SETTINGS[one];
      return `${one} = ${setting === 'text' ? `stored[${i + 1}] or nil` : `tonumber(stored[${i + 1}]) or ${setting}`}`;
    });
    if (names.length > 0) expect(whole).toContain(`local SETTINGS = { ${values.join(', ')} }`);
  });

  // Which ones, so that none can be replaced by a number.
  test('are read by these scripts', () => {
    const readers = SCRIPT_NAMES.flatMap((name) => {
      const names = found(withoutComments(scriptText(name)), /(?<=\bSETTINGS\.)\w+/g);
      return names.length === 0 ? [] : [[name, names.join(' ')]];
    });
    expect(Object.fromEntries(readers)).toEqual(READERS);
  });

  // A number of the catalogue in Lua would be a second definition of it.
  test('are in no Lua file as a number', () => {
    const numbers = Object.values(SETTINGS).filter((one) => typeof one === 'number' && one >= 10_000);
    const all = [...SCRIPT_NAMES, ...LIBRARIES].map((name) => luaOf(name)).join('\n');
    expect(
      numbers.filter((one) => new RegExp(`\\b${one}\\b`).test(all.replaceAll("'MAXLEN', '~', '10000'", ''))),
    ).toEqual([]);
  });
});

/** The rows of a printed table, by its words: `if class == 'a' and state == 'b' then return 'c' end`. */
function printed(name: string): Record<string, string> {
  const [, rows = ''] = new RegExp(`^local function ${name}\\(.*\\)\n([\\s\\S]*?)^end`, 'm').exec(TABLES_LUA) ?? [];
  return Object.fromEntries(
    Array.from(rows.matchAll(/^ {2}if (.*) then return '?([\w-]+)'? end$/gm), ([, condition = '', value = '']) => [
      (condition.match(/(?<=')[\w-]+(?=')/g) ?? []).join(' '),
      value,
    ]),
  );
}

describe('tables of the domain, as Lua', () => {
  const classes = Object.entries(DEAD_LETTERS);

  test.each(['isHeld', 'isGivenUp', 'neverHadATask', 'isCreatedAnew', 'killsWithoutRecord'] as const)('%s', (trait) => {
    expect(printed(trait)).toEqual(
      Object.fromEntries(classes.flatMap(([name, row]) => (row[trait] ? [[name, 'true']] : []))),
    );
  });

  test.each(['resumesAt', 'payAgainResumesAt'] as const)('%s', (column) => {
    const rows = classes.flatMap(([name, row]) => (row[column] === null ? [] : [[name, row[column]]]));
    expect(printed(column)).toEqual(Object.fromEntries(rows));
  });

  test('which class may kill which state', () => {
    const rows = classes.flatMap(([name, { killsFrom }]) => killsFrom.map((state) => [`${name} ${state}`, 'true']));
    expect(printed('mayKill')).toEqual(Object.fromEntries(rows));
    expect(Object.keys(printed('mayKill')).filter((one) => one.endsWith(' submitting'))).toEqual([]);
  });

  test('what is known', () => {
    expect(printed('isKnownClass')).toEqual(Object.fromEntries(classes.map(([name]) => [name, 'true'])));
    expect(printed('isState')).toEqual(Object.fromEntries(GENERATION_STATES.map((state) => [state, 'true'])));
    expect(TABLES_LUA).toContain(`local STATES = { '${GENERATION_STATES.join("', '")}' }`);
    expect(printed('isKnownMode')).toEqual(Object.fromEntries(GATE_MODES.map((mode) => [mode, 'true'])));
    expect(printed('modeOf')).toEqual(
      Object.fromEntries(Object.entries(GATES).map(([reason, { mode }]) => [reason, mode])),
    );
  });
});

test('what scripts share reads no arguments and answers nothing', () => {
  expect(LIBRARIES.filter((name) => /\bARGS\.|\breply\(/.test(luaOf(name)))).toEqual([]);
});

describe('arguments', () => {
  const sent: string[][] = [];
  const answerMissing = (name: ScriptName, args: object): Promise<never> => {
    const transition: Transition<never, unknown> = TRANSITIONS[name];
    sent.push(transition.encode(args as never));
    return Promise.resolve(transition.decode(['missing']) as never);
  };

  // A spread brings along whatever it finds, and what no script reads is a wish that is dropped: `pnpm types` fails where
  // one of these lines compiles.
  test('are no more than the declared ones, within an object, too, and where they are spread', async () => {
    const transitions: Transitions = createTransitions({ run: answerMissing });
    const times = { firstMs: 1, capMs: 1 };
    const evidence = { summary: 'seen' };
    const lost = { id: 'gen_1', tokenHash: 'x', answered: false, latencyMs: 1, evidence, gateAfter: 5 };
    const stray = { keyed: true };
    // @ts-expect-error: no such field
    await transitions.lose({ ...lost, times, ...stray });
    // @ts-expect-error: no such field within
    await transitions.lose({ ...lost, times: { ...times, ...stray } });
    await expect(transitions.lose({ ...lost, times })).resolves.toEqual({ kind: 'missing' });
    expect(sent[0]).toEqual(['gen_1', 'x', '', '1', '{"summary":"seen"}', '', '5', '{"firstMs":1,"capMs":1}']);
  });

  const encode = encoderOf({ a: text, b: number, c: optional(number), d: flag, e: json<object>(), f: list<string>() });
  const whole = { a: 'x', b: 1.5, d: true, e: { x: 'cut \uD83D' }, f: [] };

  test('go as text, in the order of their declaration', () => {
    expect(encode(whole)).toEqual(['x', '1.5', '', '1', '{"x":"cut \uFFFD"}', '[]']);
  });

  test.each([
    ['a is missing', { a: undefined }],
    ['b must be a finite number, received NaN', { b: Number.NaN }],
    ['b must be a finite number, received Infinity', { b: Number.POSITIVE_INFINITY }],
  ])('that are none are named: %s', (message, change) => {
    expect(() => encode({ ...whole, ...change })).toThrow(new ContractError(message));
  });
});

describe('replies', () => {
  const decode = decoderOf(
    { a: text, b: number, c: optional(text), d: flag, e: list<string>(), f: optional(group({ g: number })) },
    1,
  );

  test('are read by their positions', () => {
    expect(decode(['kind', 'x', '1.5', null, 1, '["y"]', ['2']])).toEqual({
      a: 'x',
      b: 1.5,
      d: true,
      e: ['y'],
      f: { g: 2 },
    });
    expect(decode(['kind', 'x', '1', 'z', 0, '{}', null])).toEqual({ a: 'x', b: 1, c: 'z', d: false, e: [] });
  });

  test.each([
    ['b is missing', ['kind', 'x']],
    ['a is missing', ['kind', null, '1', null, 1, '{}', null]],
    ['b must be a number, received nil', ['kind', 'x', 'nil', null, 1, '{}', null]],
    ['f g is missing', ['kind', 'x', '1', null, 1, '{}', [null]]],
  ])('that are none are named: %s', (message, raw) => {
    expect(() => decode(raw)).toThrow(message);
  });

  test('of a script of another version are refused', () => {
    expect(() => TRANSITIONS.expire.decode(['from_the_future'])).toThrow(
      "the reply's kind must be one of the contract, received from_the_future",
    );
    expect(() => TRANSITIONS.expire.decode('{"kind":"missing"}')).toThrow('a reply must be an array');
  });
});

test('every script is declared, and every declaration has its script', () => {
  const files = readdirSync(LUA).filter((file) => file.endsWith('.lua'));
  const names: readonly ScriptName[] = SCRIPT_NAMES;
  expect(files.map((file) => file.slice(0, -'.lua'.length)).toSorted()).toEqual(names.toSorted());
});
