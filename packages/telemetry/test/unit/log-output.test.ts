import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fullPipe, type FullPipe } from '../../../testkit/src/full-pipe.ts';
import { LogOutput } from '../../src/log-output.ts';

/** With what no 16 KiB of UTF-8 divide without a rest. */
const LINES = Array.from({ length: 5000 }, (_, i) => `line ${i} äöü✓\n`);

function aFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kieq-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'log');
}

function opened(path: string, flags: string): number {
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

test('at the end of a process everything is written before it returns', async () => {
  const path = aFile();
  const output = new LogOutput(opened(path, 'a'));
  output.write('a thread takes this\n');
  for (const line of LINES) output.write(line);
  output.flushSync();
  expect(readFileSync(path, 'utf8')).toContain(LINES.join(''));
  // The file is closed only then.
  await expect.poll(() => readFileSync(path, 'utf8')).toContain('a thread takes this\n');
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

test('a reader that is gone gets nothing, and nobody waits for it', () => {
  const pipe = fullPipe({ hasReader: false });
  onTestFinished(() => pipe.close());
  const output = new LogOutput(pipe.fd);
  for (const line of LINES) output.write(line);
  expect(took(() => output.flushSync())).toBeLessThan(200);
  output.write('and later\n');
  expect(took(() => output.flushSync())).toBeLessThan(200);
});

test('what cannot be written is lost, and ends nothing', () => {
  // It stays open, or a thread that is late would write into a file that got the same number.
  const output = new LogOutput(openSync(join(import.meta.dirname, 'log-output.test.ts'), 'r'));
  for (const line of LINES) output.write(line);
  expect(took(() => output.flushSync())).toBeLessThan(200);
  output.write('and later\n');
  expect(took(() => output.flushSync())).toBeLessThan(200);
});
