import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { publishedManifest } from '../../../../scripts/publish/manifest.mjs';
import { folderOf, PUBLISHED } from '../../../../scripts/publish/packages.mjs';
import { thirdParty } from '../../../../scripts/publish/third-party.mjs';
import { filesBelow, read, ROOT, sorted } from '../support/documents.ts';

const manifestSchema = z.object({
  name: z.string(),
  exports: z.record(z.string(), z.unknown()),
  dependencies: z.record(z.string(), z.string()),
});
const privacy = z.object({ private: z.boolean().default(false) });

test.each(PUBLISHED)('%s: its published manifest names only what is in the tarball or in the registry', (name) => {
  const manifest = publishedManifest(folderOf(name));
  const text = JSON.stringify(manifest);
  for (const word of ['workspace:', 'catalog:', '@kieq/source', './src', '"private"', '"scripts"', '"devDependencies"'])
    expect(text).not.toContain(word);
  const { exports, dependencies } = manifestSchema.parse(manifest);
  expect(Object.values(dependencies).filter((range) => !/^\^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  const paths = JSON.stringify(exports).match(/\.\/[\w./-]+/g) ?? [];
  expect(paths.filter((path) => !/^\.\/(dist\/index\.(js|cjs|d\.ts|d\.cts)|package\.json)$/.test(path))).toEqual([]);
});

test('the client has no dependencies and no libraries in it', () => {
  const { dependencies, files } = publishedManifest(folderOf('client'));
  expect([dependencies, files]).toEqual([{}, ['dist', 'CHANGELOG.md']]);
});

test('every package that is not private is published, and no other', async () => {
  const paths = (await filesBelow('packages', 'package.json')).filter((path) => path.split('/').length === 3);
  const found = await Promise.all(
    paths.map(async (path) => (privacy.parse(JSON.parse(await read(path))).private ? [] : [path.split('/')[1] ?? ''])),
  );
  expect(sorted(found.flat())).toEqual(PUBLISHED);
});

test.each(PUBLISHED)('%s cannot be packed from its folder, which holds what the workspace needs', async (name) => {
  expect(await read(`packages/${name}/package.json`)).toContain('"prepack": "node ../../scripts/publish/refuse.mjs"');
});

test('a package that is not published is refused by name', () => {
  expect(() => folderOf('queue')).toThrow(/queue is not published; these are: .*producer/);
});

test('libraries that become a part of a package are named with version, licence and its text', () => {
  const text = thirdParty([
    join(ROOT, 'node_modules/vitest/dist/index.js'),
    join(ROOT, 'packages/domain/src/index.ts'),
  ]);
  expect(text).toMatch(/^Libraries that are a part of this package\n\nvitest \d+\.\d+\.\d+ \(MIT\)\n/);
  expect(text).toContain('Permission is hereby granted');
  expect(text).not.toContain('@kieq/domain');
});
