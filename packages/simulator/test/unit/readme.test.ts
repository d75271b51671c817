import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '../..');

test('every example of the README is a test that runs', async () => {
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code);
  const folder = join(PACKAGE, 'test/integration/examples');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.test.ts'));
  expect(shown).toHaveLength(3);
  expect(new Set(shown)).toEqual(new Set(await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))));
});
