#!/usr/bin/env node
// pnpm test: builds what the tests start, runs the whole suite, and watches its own CPU time. Vitest's options may
// follow, such as `--reporter=json`; with a filter only a part runs, and nothing is said about CPU.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { calibrate, judge, secondsOfChildren } from './cpu.mjs';

const KEPT = new URL('suite-cpu.json', import.meta.url);
const args = process.argv.slice(2);
const isWhole = args.every((arg) => arg.startsWith('-'));

const built = spawnSync('pnpm', ['--silent', 'build'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

const before = calibrate();
const { code, user, system } = await runVitest();
process.stdout.write(`\nCPU of the suite: ${user.toFixed(0)} s user, ${system.toFixed(0)} s system\n`);
process.exit(code === 0 && isWhole ? guard(user + system) : code);

/** Under a shell, which counts the CPU time of every process that was waited for, workers of the tests included. */
async function runVitest() {
  const command = 'vitest run "$@"; code=$?; times >&3; exit $code';
  const child = spawn('sh', ['-c', command, 'sh', '--project=!campaign*', ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  const [times, [exitCode]] = await Promise.all([text(child.stdio[3]), once(child, 'exit')]);
  return { code: exitCode ?? 1, ...secondsOfChildren(times) };
}

/** The exit code. */
function guard(cpuSeconds) {
  const { node, ratio: kept } = JSON.parse(readFileSync(KEPT, 'utf8'));
  // The machine may have become slower or faster meanwhile.
  const ratio = cpuSeconds / ((before + calibrate()) / 2);
  if (process.versions.node.split('.')[0] !== String(node)) {
    process.stdout.write(`CPU time: ${ratio.toFixed(0)} times the calibration; the kept figure is of Node ${node}.\n`);
    return 0;
  }
  const { fails, text: report } = judge(ratio, kept);
  process.stdout.write(`${report}\n`);
  if (report.includes('above'))
    process.stdout.write(
      `Who adds tests raises the figure in scripts/test/suite-cpu.json, and says why in the commit.\n`,
    );
  return fails ? 1 : 0;
}
