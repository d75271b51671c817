import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compose, parseLibrary } from '../../src/contract/compose.ts';
import { TABLES_LUA } from '../../src/contract/tables.ts';

const LUA = new URL('../../lua/', import.meta.url);
const SHARED = [
  `-- What stands here is no code.
local ROOT = KEYS[1]
local A, B = 1, 2

-- Uses ROOT.
local function key(name) return ROOT .. name end
`,
  `local MODES = {
  a = 'key',
}
local function load(id)
  -- MODES
  return redis.call('GET', key(id))
end
local function both() return A + B end
`,
];

const script = (...lines: string[]): string => ['#!lua', ...lines].join('\n');
const composed = (...lines: string[]): string[] => compose(script(...lines), parseLibrary(SHARED)).split('\n');

describe('a script', () => {
  test('brings what it uses, and what that uses, in the order of the shared files, behind its first line', () => {
    expect(composed('return load(1)')).toEqual([
      '#!lua',
      'local ROOT = KEYS[1]',
      'local function key(name) return ROOT .. name end',
      'local function load(id)',
      '  -- MODES',
      "  return redis.call('GET', key(id))",
      'end',
      'return load(1)',
    ]);
  });

  test('brings a statement with several names for any of them', () => {
    expect(composed('return B')).toEqual(['#!lua', 'local A, B = 1, 2', 'return B']);
  });

  test.each(["return 'load'", 'return record.load', '-- load'])('brings nothing for %s', (line) => {
    expect(composed(line)).toEqual(['#!lua', line]);
  });

  test('with a table brings it whole', () => {
    expect(composed('return MODES')).toEqual(['#!lua', 'local MODES = {', "  a = 'key',", '}', 'return MODES']);
  });
});

test('a shared line that declares nothing is no library', () => {
  expect(() => parseLibrary(["redis.call('PING')"])).toThrow(SyntaxError);
});

test('every shared statement of the ledger is used by some script', () => {
  const read = (folder: string): string[] =>
    readdirSync(new URL(folder, LUA), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(new URL(folder + entry.name, LUA), 'utf8'));
  const library = parseLibrary([TABLES_LUA, ...read('lib/')]);
  const declared = library.flatMap(({ names }) => names);
  // The later one of two with one name would be called instead of the other.
  expect(declared).toEqual([...new Set(declared)]);
  const all = read('').join('\n');
  const unused = library.flatMap(({ names }) => names.filter((name) => !new RegExp(`\\b${name}\\b`).test(all)));
  const usedByShared = new Set(library.flatMap(({ names, uses }) => [...uses].filter((use) => !names.includes(use))));
  expect(unused.filter((name) => !usedByShared.has(name))).toEqual([]);
});
