#!/usr/bin/env node
// pnpm test:file <path>…: runs single test files. What they start is built before; other files need no build.
import { spawnSync } from 'node:child_process';

const paths = process.argv.slice(2);
if (paths.every((path) => path.startsWith('-'))) {
  process.stderr.write('pnpm test:file <path of a test file>… [options of Vitest]\n');
  process.exit(2);
}
/** Their tests start processes. */
const STARTS_PROCESSES = /\btest\/(process|campaign)\//;

function run(...args) {
  const { status } = spawnSync('pnpm', args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (paths.some((path) => STARTS_PROCESSES.test(path))) run('--silent', 'build');
run('exec', 'vitest', 'run', ...paths);
