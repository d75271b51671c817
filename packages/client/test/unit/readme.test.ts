import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/error.ts';

const PACKAGE = join(import.meta.dirname, '../..');

/** The examples are files of their own, which `pnpm types` checks. */
test('every example of the README is a file that is type-checked', async () => {
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code);
  const folder = join(PACKAGE, 'test/examples');
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  expect(shown).toHaveLength(3);
  expect(new Set(shown)).toEqual(new Set(files));
});

test('every error code stands in docs/errors.md', async () => {
  const text = await readFile(join(PACKAGE, '../..', 'docs/errors.md'), 'utf8');
  const section = text.split('## `KieqError`')[1]?.split('\n## ')[0] ?? '';
  expect(ERROR_CODES.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  expect(ERROR_CODES.slice(-9).filter((code) => !section.includes(`| \`${code}\` |`))).toEqual([]);
});

test('the package has no dependency', async () => {
  const manifest = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
  expect([manifest.dependencies, manifest.peerDependencies, manifest.private]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const sources = await readdir(join(PACKAGE, 'src'));
  for (const name of sources)
    expect(await readFile(join(PACKAGE, 'src', name), 'utf8')).not.toMatch(/from '(?!\.\/)|\bprocess\.|\bBuffer\b/);
});
