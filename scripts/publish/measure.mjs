#!/usr/bin/env node
// node scripts/publish/measure.mjs [<package>…]: packs published packages, by default all, installs each tarball alone with
// npm into an empty project, and prints a table: size of the tarball, installed packages, their size on the disk, and the
// median of seven imports (of the command: of seven runs of `kieq --version`), each in a process of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf, isLibrary, PUBLISHED, readJson, ROOT } from './packages.mjs';

const RUNS = 7;
const asked = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'kieq-measure-'));
try {
  process.stdout.write('| package | tarball | installed packages | on the disk | import |\n|---|---|---|---|---|\n');
  for (const name of asked.length > 0 ? asked : PUBLISHED) process.stdout.write(`${rowOf(name)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function rowOf(name) {
  const pack = join(ROOT, 'scripts/publish/pack.mjs');
  const tarball = run(ROOT, process.execPath, [pack, '--out', folder, name]).trim();
  const project = join(folder, `${name}-project`);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  run(project, 'npm', ['install', '--no-audit', '--no-fund', tarball]);
  const packages = run(project, 'npm', ['ls', '--all', '--parseable']).trim().split('\n').length - 1;
  const mb = (blocksBelow(join(project, 'node_modules')) * 512) / 1e6;
  const kb = statSync(tarball).size / 1000;
  const { name: full } = readJson(join(folderOf(name), 'package.json'));
  const load = isLibrary(folderOf(name))
    ? ['--input-type=module', '-e', `await import('${full}')`]
    : [join(project, 'node_modules', full, 'dist/main.js'), '--version'];
  const ms = medianTime(project, load) - medianTime(project, ['-e', '']);
  return `| \`${full}\` | ${Math.round(kb)} KB | ${packages} | ${mb.toFixed(1)} MB | ${Math.round(ms)} ms |`;
}

/** Of whole processes, in ms; the caller subtracts that of an empty program. */
function medianTime(cwd, args) {
  const times = Array.from({ length: RUNS }, () => {
    const from = performance.now();
    run(cwd, process.execPath, args);
    return performance.now() - from;
  });
  return times.toSorted((a, b) => a - b)[(RUNS - 1) / 2];
}

function blocksBelow(path) {
  return readdirSync(path, { recursive: true }).reduce((sum, name) => sum + statSync(join(path, name)).blocks, 0);
}

/** Without the settings that pnpm gives to its children. */
function run(cwd, program, args) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, CI: 'true' };
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
