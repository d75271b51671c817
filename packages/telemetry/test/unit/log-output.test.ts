import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
// All of it is loaded before a pipe is opened: what Node 20.20 loads behind one may be taken for another kind of module.
import { fullPipe, type FullPipe } from '../../../testkit/src/index.ts';
import { LogOutput } from '../../src/log-output.ts';

/** With what no 16 KiB of UTF-8 divide without a rest. */
const LINES = Array.from({ length: 5000 }, (_, i) => `line ${i} äöü✓\n`);

/** A reader that is stuck is waited for half a second; less than this is no wait, on a busy machine either. */
const WAITED_MS = 400;

function aFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kieq-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'log');
}

function opened(path: string, flags: string | number): number {
  const fd = openSync(path, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

function stuck(): FullPipe {
  const pipe = fullPipe();
  onTestFinished(() => pipe.close());
  return pipe;
}

/** How long a call took, in ms. */
function took(call: () => void): number {
  const from = performance.now();
  call();
  return performance.now() - from;
}

test('lines come in their order', async () => {
  const path = aFile();
  const output = new LogOutput(opened(path, 'a'));
  for (const line of LINES) output.write(line);
  await expect.poll(() => readFileSync(path, 'utf8')).toBe(LINES.join(''));
});

test('a line is with the system when the call returns, so that the end of a process takes none along', () => {
  const path = aFile();
  const output = new LogOutput(opened(path, 'a'));
  for (const line of LINES) output.write(line);
  expect(readFileSync(path, 'utf8')).toBe(LINES.join(''));
});

test('a burst for a slow reader arrives whole and in its order before the process ends', async () => {
  const [pipe, path] = [aFile(), aFile()];
  execFileSync('/bin/sh', ['-c', 'exec mkfifo "$1"', 'sh', pipe]);
  const output = new LogOutput(opened(pipe, constants.O_RDWR | constants.O_NONBLOCK));
  const lines = Array.from({ length: 1000 }, (_, i) => `${i} ${'x'.repeat(500)}\n`);
  for (const line of lines) output.write(line);
  // It begins to read while the call below holds up this process.
  const reader = spawn('/bin/sh', ['-c', 'sleep 0.1; exec head -n 1001 <"$1" >"$2"', 'sh', pipe, path]);
  const ended = once(reader, 'close');
  output.write('last\n');
  output.flushSync();
  await ended;
  expect(readFileSync(path, 'utf8')).toBe(`${lines.join('')}last\n`);
});

test('for a stuck reader only a limited amount is kept, and a line reports how many lines are lost', async () => {
  const pipe = stuck();
  const output = new LogOutput(pipe.fd, 1000);
  const lines = Array.from({ length: 20 }, (_, i) => `${String(i).padStart(99, '.')}\n`);
  for (const line of lines) output.write(line);
  let got = '';
  await expect.poll(() => (got += pipe.read().toString()), { timeout: 4000 }).toContain('"lines":10');
  expect(got.trimStart().split('\n').slice(0, 10).join('\n')).toBe(lines.slice(0, 10).join('').trimEnd());
});

test('a reader that is stuck is offered the last lines for half a second, and gets all of them when it reads again', async () => {
  const pipe = stuck();
  const output = new LogOutput(pipe.fd);
  for (const line of LINES) output.write(line);
  const afterMs = took(() => output.flushSync());
  expect(afterMs).toBeGreaterThan(400);
  expect(afterMs).toBeLessThan(1500);
  for (const line of LINES) output.write(line);
  // A chunk may end within a character.
  let got = Buffer.alloc(0);
  const expected = LINES.join('').repeat(2);
  await expect
    .poll(() => (got = Buffer.concat([got, pipe.read()])).toString().trimStart().length, { timeout: 4000 })
    .toBe(expected.length);
  expect(got.toString().trimStart()).toBe(expected);
});

test('a reader that is gone gets nothing, and the process does not wait for it', () => {
  const pipe = fullPipe({ hasReader: false });
  onTestFinished(() => pipe.close());
  const output = new LogOutput(pipe.fd);
  for (const line of LINES) output.write(line);
  expect(took(() => output.flushSync())).toBeLessThan(WAITED_MS);
  output.write('and later\n');
  expect(took(() => output.flushSync())).toBeLessThan(WAITED_MS);
});

test('what cannot be written is lost, and ends nothing', () => {
  // It stays open, or a thread that is late would write into a file that got the same number.
  const output = new LogOutput(openSync(join(import.meta.dirname, 'log-output.test.ts'), 'r'));
  for (const line of LINES) output.write(line);
  expect(took(() => output.flushSync())).toBeLessThan(WAITED_MS);
  output.write('and later\n');
  expect(took(() => output.flushSync())).toBeLessThan(WAITED_MS);
});
