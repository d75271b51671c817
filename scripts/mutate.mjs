#!/usr/bin/env node
// pnpm mutate [--part tables|contract] [--at-once 2]
// Changes every cell of the domain's tables, every default of the pool and every step of the code that writes the ledger's
// Lua, one at a time in a copy of the tree, and runs the unit tests that must fail. Prints a table; exits with 1 when a
// change makes no test fail.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: { part: { type: 'string' }, 'at-once': { type: 'string', default: '2' } },
});

const DOMAIN = 'packages/domain/src/';
const CONTRACT = 'packages/ledger/src/contract/';
const PINS = ['packages/domain/test/unit/tables.test.ts'];
const DOCS = ['packages/testkit/test/unit/docs-parity.test.ts'];
const PARITY = ['packages/ledger/test/unit'];

/** A change: its file, its range, the new text, and the tests that must fail. */
const change = (file, name, from, to, text, tests) => ({ file, name, from, to, text, tests });

const read = (file) => readFileSync(join(ROOT, file), 'utf8');

/** Each value of a cell becomes another one of its kind. */
function other(field, value) {
  if (value === 'true') return 'false';
  if (value === 'false') return 'true';
  if (field === 'killsFrom') return value === "['archiving']" ? '[]' : "['archiving']";
  if (field === 'payAgainResumesAt') return value === 'null' ? "'queued'" : 'null';
  if (field === 'freeText' && value !== 'null') return 'null';
  if (field === 'resumesAt') return value === "'queued'" ? "'unknown'" : "'queued'";
  return "'Something else.'";
}

function* deadLetters() {
  const file = `${DOMAIN}dead-letter-table.ts`;
  const source = read(file);
  const start = source.indexOf('const rows = {');
  const rows = source.slice(start, source.indexOf('} as const satisfies'));
  for (const row of rows.matchAll(/^ {2}(\w+): \{\n([\s\S]*?)^ {2}\},\n/gm)) {
    const at = start + row.index + row[0].indexOf(row[2]);
    for (const cell of row[2].matchAll(/^ {4}(\w+):\s*([\s\S]*?),\n(?= {4}\w+:|$(?![\s\S]))/gm)) {
      const from = at + cell.index + cell[0].lastIndexOf(cell[2]);
      yield change(file, `${row[1]}.${cell[1]}`, from, from + cell[2].length, other(cell[1], cell[2]), [
        ...PINS,
        ...DOCS,
      ]);
    }
  }
}

function* lines(file, pattern, others, tests) {
  for (const line of read(file).matchAll(pattern)) {
    const from = line.index + line[0].indexOf(line[2]);
    for (const text of others(line[2]))
      yield change(file, `${line[1]} ${line[2]} → ${text}`, from, from + line[2].length, text, tests);
  }
}

function tables() {
  const number = (value) => [
    String(Number(value.replaceAll('_', '')) / 10),
    String(Number(value.replaceAll('_', '')) + 1),
  ];
  return [
    ...deadLetters(),
    ...lines(
      `${DOMAIN}gates.ts`,
      /^ {2}'?([\w-]+)'?: \{ mode: ('\w+') \}/gm,
      (mode) => [mode === "'timed'" ? "'manual'" : "'timed'"],
      PINS,
    ),
    ...lines(`${DOMAIN}pool-settings.ts`, /^ {2}(\w+): ([\d_]+),/gm, number, PINS),
    ...lines(
      `${DOMAIN}policy.ts`,
      /^ {2}(\w+): \{ do: ('\w+')/gm,
      (rule) => [rule === "'lose'" ? "'not_sent'" : "'lose'"],
      PINS,
    ),
    ...lines(`${DOMAIN}policy.ts`, /^ {2}(\w+): .*retries: (\d+)/gm, (retries) => [String(Number(retries) + 1)], PINS),
  ];
}

/** Steps of the code that writes the Lua between a script and the wire, as old and new text. */
const STEPS = [
  ['heads.ts', 'ARGV[${i + 1}]', 'ARGV[${i + 2}]'],
  ['heads.ts', 'or nil`)', '`)'],
  ['heads.ts', 'v[${i + 2}] or nil', 'v[${i + 1}] or nil'],
  ['heads.ts', 'tonumber(stored[${i + 1}]) or ${kind}', 'tonumber(stored[${i + 1}]) or 0'],
  ['heads.ts', 'tonumber(stored[${i + 1}]) or ${kind}', 'tonumber(stored[${i + 2}]) or ${kind}'],
  ['heads.ts', "(isWriting ? ['save'] : [])", '[]'],
  ['heads.ts', "...(isWriting ? ['  save()'] : []),", ''],
  ['heads.ts', "'local function reply(answer)',", "'local function reply(answer) answer.state = nil',"],
  ['heads.ts', '{ kind${packed', "{ kind, ''${packed"],
  ['heads.ts', "...(withAttempts ? ['attempts', 'a:1'] : [])", ''],
  ['heads.ts', " || names.has('addToAttempt')", ''],
  ['heads.ts', '[...fieldsIn(text), ...transition.alsoReads]', 'fieldsIn(text).slice(1)'],
  ['heads.ts', '[...fieldsIn(text), ...transition.alsoReads]', 'fieldsIn(text)'],
  ['heads.ts', "|\\bnum\\(record, '(\\w+)'\\)", ''],
  ['codec.ts', 'unpack: (argument) => `tonumber(${argument})`', 'unpack: (argument) => argument'],
  ['codec.ts', "`${argument} == '1'`", "`${argument} ~= '1'`"],
  ['codec.ts', '`(${value} and 1 or 0)`', '`(${value} and 0 or 1)`'],
  ['codec.ts', "(value ? '1' : '')", "(value ? '' : '1')"],
  ['codec.ts', 'raw === 1', 'raw === 0'],
  ['codec.ts', "if (value === undefined && kind.isOptional) return '';", "if (value === undefined) return '';"],
  ['codec.ts', 'else if (!kind.isOptional) throw', 'else if (kind.isOptional) throw'],
  ['codec.ts', 'raw.length !== from + kinds.length', 'false'],
  ['codec.ts', 'Number.isNaN(value)) throw', 'false) throw'],
  ['codec.ts', '!Number.isFinite(value)', 'false'],
  ['codec.ts', 'HALF.test(encoded)', 'false'],
  ['codec.ts', 'Array.isArray(value) ? value : []', '[]'],
  ['transition.ts', 'decode === undefined', 'false'],
  ['tables.ts', 'DEAD_LETTERS[one][name]', '!DEAD_LETTERS[one][name]'],
  ['tables.ts', "join(' and ')", "join(' or ')"],
  ['tables.ts', 'value === null ? []', 'value !== null ? []'],
  ['tables.ts', '...POOL_SETTING_DEFAULTS, ', ''],
];

function contract() {
  return STEPS.flatMap(([name, from, to]) => {
    const file = CONTRACT + name;
    const at = read(file).indexOf(from);
    if (at === -1) throw new Error(`${file} has no ${from}`);
    return change(file, `${from} → ${to}`, at, at + from.length, to, PARITY);
  });
}

/** Tracked files as they are, with the links of the workspace within the copy. */
function copyTree() {
  const folder = mkdtempSync(join(tmpdir(), 'kieq-mutate-'));
  const skip = new Set(['node_modules', 'dist', '.git', '.kieq', '.turbo']);
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !skip.has(path.split('/').at(-1)) || path === ROOT });
  for (const group of ['packages', 'apps', 'bench', 'examples', 'deploy', '.']) {
    const members =
      group === 'packages' || group === 'apps' || group === 'examples'
        ? readdirSync(join(ROOT, group)).map((one) => join(group, one))
        : [group];
    for (const member of members) linkModules(folder, member);
  }
  return folder;
}

function linkModules(folder, member) {
  const modules = join(ROOT, member, 'node_modules');
  if (!existsSync(modules) || !existsSync(join(folder, member))) return;
  const copy = join(folder, member, 'node_modules');
  if (member === '.') return symlinkSync(modules, copy);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(modules, copy, { recursive: true, verbatimSymlinks: true });
}

/** Whether one of the tests fails. */
async function isNoticed(folder, tests) {
  for (const test of tests) {
    const ok = await new Promise((resolve) => {
      const args = [join(folder, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'unit', '--bail', '1', test];
      execFile(
        process.execPath,
        args,
        { cwd: folder, env: { ...process.env, CI: 'true', NO_COLOR: '1' }, maxBuffer: 2 ** 26 },
        (error) => resolve(error === null),
      );
    });
    if (!ok) return test;
  }
  return undefined;
}

async function work(queue, results) {
  const folder = copyTree();
  try {
    for (const test of new Set(queue.flatMap(({ tests }) => tests)))
      if ((await isNoticed(folder, [test])) !== undefined) throw new Error(`${test} fails before any change`);
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const path = join(folder, one.file);
      const source = readFileSync(path, 'utf8');
      writeFileSync(path, source.slice(0, one.from) + one.text + source.slice(one.to));
      const by = await isNoticed(folder, one.tests);
      writeFileSync(path, source);
      results.push(by);
      process.stdout.write(
        `${by === undefined ? 'NOT NOTICED' : 'noticed'}  ${one.file}  ${one.name}${by === undefined ? '' : `  by ${by}`}\n`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const parts = { tables, contract };
const queue = options.part === undefined ? Object.values(parts).flatMap((part) => part()) : parts[options.part]();
const results = [];
await Promise.all(Array.from({ length: Number(options['at-once']) }, () => work(queue, results)));
const missed = results.filter((by) => by === undefined).length;
process.stdout.write(`${results.length} changes, ${results.length - missed} noticed, ${missed} not\n`);
process.exitCode = missed === 0 ? 0 : 1;
