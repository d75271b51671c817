import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { publishedText } from '../../../../scripts/publish/documents.mjs';
import { PUBLISHED } from '../../../../scripts/publish/packages.mjs';
import { leaveOutForeignSources } from '../../../../scripts/publish/source-maps.mjs';
import { filesBelow, read, ROOT, withoutCode } from '../support/documents.ts';

const mapSchema = z.object({
  file: z.string(),
  sources: z.array(z.string()),
  sourcesContent: z.array(z.string().nullable()),
});

/** What becomes of a source map that a bundler has written into this folder. */
function mapIn(folder: string, sources: readonly string[]): z.infer<typeof mapSchema> {
  const path = join(folder, 'index.js.map');
  const named = sources.map((source) => relative(folder, join(ROOT, source)));
  writeFileSync(path, JSON.stringify({ version: 3, sources: named, sourcesContent: sources, mappings: '' }));
  leaveOutForeignSources(path);
  return mapSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

function folderIn(parent: string): string {
  const folder = mkdtempSync(join(parent, 'dist-pack-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test.each([
  ['in the repository', ROOT],
  ['elsewhere on this machine', tmpdir()],
])('a source map packed %s names its sources from the root of the repository', (_where, parent) => {
  const zod = 'node_modules/.pnpm/zod@4/node_modules/zod/index.js';
  const { file, sources, sourcesContent } = mapIn(folderIn(parent), ['packages/domain/src/index.ts', zod]);
  expect(file).toBe('index.js');
  expect(sources).toEqual(['kieq/packages/domain/src/index.ts', 'node_modules/zod/index.js']);
  expect(sourcesContent).toEqual(['packages/domain/src/index.ts', null]);
  expect(sources.filter((source) => source.includes(ROOT.replace(/^\//, '')))).toEqual([]);
});

test('a source map with a source outside of the repository is refused', () => {
  expect(() => mapIn(folderIn(tmpdir()), ['../secret.ts'])).toThrow(/secret\.ts, which is not in the repository/);
});

test.each([
  ['[pack it](../../docs/publishing.txt#add-one) first', 'pack it first'],
  ['It is refused ([errors](errors.txt), [0038](a/b.txt)). It', 'It is refused. It'],
  ['It is refused ([npm](https://www.npmjs.com)). It', undefined],
  ['Every detail: [UPGRADING.md](UPGRADING.txt#a).', 'Every detail: UPGRADING.md in the repository of kieq.'],
  ['a\n\n<!-- repository:start -->\nnot yet\n<!-- repository:end -->\n\nb', 'a\n\nb'],
  ['[`@kieq/client`](../client/a.txt) (see [errors](errors.txt))', '`@kieq/client` (see errors)'],
  ['![a picture](pictures/a.svg)', 'a picture'],
  ['[npm](https://www.npmjs.com), [mail](mailto:a@example.com), [below](#errors)', undefined],
  ['`[a](b.txt)` and `items[0](x)`', undefined],
  ['```ts\nconst [a](b.txt)\n```', undefined],
])('%j is published as %j', (text, published = text) => {
  expect(publishedText(text)).toBe(published);
});

test('no document installs a tarball into the clone, whose manifest npm refuses', async () => {
  const documents = await filesBelow('', '.md');
  const texts = await Promise.all(documents.map(async (path) => ({ path, text: await read(path) })));
  const lines = texts.flatMap(({ path, text }) =>
    [...text.matchAll(/npm install [^\n`]*\.\/dist-pack\/[^\n`]*/g)].map(([line]) => ({ path, line })),
  );
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter(({ line }) => !/--(?:prefix|global) /.test(line))).toEqual([]);
});

test.each(['CHANGELOG.md', ...PUBLISHED.map((name) => `packages/${name}/README.md`)])(
  '%s has no link that leads nowhere once it is published',
  async (path) => {
    const published = withoutCode(publishedText(await read(path)));
    const targets = [...published.matchAll(/\]\(([^)]*)\)|^\[[^\]]+\]: *(.*)$/gm)].map(([, a, b]) => a ?? b ?? '');
    expect(targets.filter((target) => !/^(?:https?:|mailto:|#)/.test(target))).toEqual([]);
  },
);
