import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findProgram } from '../../src/index.ts';

/** Folders `a`, `b` and `c`; there is a file in the first, a folder in the second, and a program in the third. */
async function folders(): Promise<readonly [string, string, string]> {
  const root = await mkdtemp(join(tmpdir(), 'kieq-find-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [a, b, c] = [join(root, 'a'), join(root, 'b'), join(root, 'c')];
  for (const folder of [a, b, c]) await mkdir(folder);
  await writeFile(join(a, 'ffmpeg'), 'a file', { mode: 0o644 });
  await mkdir(join(b, 'ffmpeg'));
  await writeFile(join(c, 'ffmpeg'), 'a program');
  await chmod(join(c, 'ffmpeg'), 0o755);
  return [a, b, c];
}

test('the first that can be run is found', async () => {
  const [a, b, c] = await folders();
  const path = ['/there/is/no/such/folder', a, b, c].join(delimiter);
  expect(await findProgram('ffmpeg', path)).toBe(join(c, 'ffmpeg'));
});

test('nothing is found where there is none, and never in a folder that is not absolute', async () => {
  const [a, b, c] = await folders();
  expect(await findProgram('ffmpeg', [a, b].join(delimiter))).toBeUndefined();
  expect(await findProgram('ffmpeg', ['', '.', relative(process.cwd(), c)].join(delimiter))).toBeUndefined();
  expect(await findProgram('ffmpeg', undefined)).toBeUndefined();
});
