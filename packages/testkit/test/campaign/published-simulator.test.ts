import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONSUMERS, installChecks, type Checks } from '../support/published-checks.ts';
import { SIMULATOR_CJS, SIMULATOR_ESM, SIMULATOR_TYPESCRIPT } from '../support/published-simulator.ts';
import {
  execute,
  importTime,
  installedPackages,
  makeProject,
  npmInstall,
  pack,
  sizeOnDisk,
} from '../support/published.ts';

let folder: string;
let tarball: string;
let checks: Checks;
/** Has the tarball and its optional dependencies. */
let whole: string;
/** Has the tarball alone. */
let bare: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-published-simulator-'));
  whole = join(folder, 'whole');
  bare = join(folder, 'bare');
  const scripts = { 'main.mjs': SIMULATOR_ESM, 'main.cjs': SIMULATOR_CJS };
  const types = { 'main.ts': SIMULATOR_TYPESCRIPT, 'main.cts': SIMULATOR_TYPESCRIPT, 'main.mts': SIMULATOR_TYPESCRIPT };
  await makeProject(whole, scripts);
  await makeProject(bare, { ...scripts, ...types });
  [tarball, checks] = await Promise.all([pack('simulator', folder), installChecks(join(folder, 'checks'))]);
  await Promise.all([npmInstall(whole, [tarball]), npmInstall(bare, ['--omit=optional', tarball])]);
}, 300_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('the tarball has no dependency that is not optional', async () => {
  const sizes = {
    whole: await sizeOnDisk(join(whole, 'node_modules')),
    bare: await sizeOnDisk(join(bare, 'node_modules')),
  };
  const packages = { whole: await installedPackages(whole), bare: await installedPackages(bare) };
  const importMs = await importTime(bare, '@kieq/simulator');
  const tarballKib = Math.round((await stat(tarball)).size / 1024);
  process.stdout.write(
    `${JSON.stringify({ simulator: { tarballKib, packages: packages.whole.length, mib: sizes, importMs } })}\n`,
  );
  expect(packages.bare).toEqual(['@kieq/simulator']);
  expect(packages.whole).toEqual(expect.arrayContaining(['sharp', 'h264-mp4-encoder']));
  expect(tarballKib).toBeLessThanOrEqual(1500);
  expect(sizes.bare).toBeLessThanOrEqual(8);
  expect(importMs).toBeLessThanOrEqual(500);
}, 60_000);

test.each([
  ['main.mjs', 'with what is optional: results are rendered', true],
  ['main.cjs', 'with what is optional: results are rendered', true],
  ['main.mjs', 'alone: results are the MP4 that it ships', false],
  ['main.cjs', 'alone: results are the MP4 that it ships', false],
])('JavaScript, %s, %s', { timeout: 60_000 }, async (file, _what, isWhole) => {
  const printed = await execute(isWhole ? whole : bare, process.execPath, [file]);
  expect(JSON.parse(printed)).toEqual({
    videos: ['ftyp', 'ftyp'],
    notRendered: isWhole ? null : expect.stringMatching(/^Cannot find package '(sharp|h264-mp4-encoder)'$/),
    chargedCredits: 110,
    refusal: [expect.stringContaining('failRate')],
  });
});

test.each([
  ['with what is optional', () => whole],
  ['alone', () => bare],
])('its command starts and stops, %s', { timeout: 60_000 }, async (_what, project) => {
  const command = spawn(join(project(), 'node_modules/.bin/kieq-simulator'), ['--seed', '7'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: command.stdout }), 'line');
    const { url } = JSON.parse(String(line));
    expect((await fetch(`${url}/__sim/summary`)).status).toBe(200);
    const ended = once(command, 'exit');
    command.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    command.kill('SIGKILL');
  }
});

test.each(CONSUMERS)(
  '$compiler, moduleResolution $moduleResolution: compiles',
  { timeout: 60_000 },
  async (consumer) => {
    // The types of the package are checked as well, and need no other types.
    expect(await checks.compile(bare, consumer, ['--typeRoots', 'none', '--skipLibCheck', 'false'])).toBe('');
  },
);

test('publint and attw find nothing', { timeout: 60_000 }, async () => {
  const { publint, attw } = await checks.lint(tarball);
  expect(publint).toContain('All good');
  expect(attw).toContain('No problems found');
});
