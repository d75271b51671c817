import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { filesBelow, read, ROOT, wordsIn } from '../support/documents.ts';

const pages = ['CONTRIBUTING.md', ...(await filesBelow('docs/contributing', '.md'))];
const manifest = z.object({ scripts: z.record(z.string(), z.string()) });
/** Commands of pnpm itself. */
const BUILT_IN = new Set(['install', 'exec']);

describe.each(pages)('%s', (page) => {
  test('names commands that exist', async () => {
    const { scripts } = manifest.parse(JSON.parse(await read('package.json')));
    const named = wordsIn(await read(page), /(?:`|^|&& )(?:\w+='?[^ ]+ )?pnpm ([a-z:-]+)/gm);
    expect(named.filter((name) => !(name in scripts) && !BUILT_IN.has(name))).toEqual([]);
  });

  test('names files and folders that exist', async () => {
    const named = wordsIn(await read(page), /`((?:\.\w+|apps|packages|docs|deploy|scripts)\/[\w./-]+)`/g);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('runs tests that exist', async () => {
    const lines = wordsIn(await read(page), /pnpm test:file ([^`\n]+)/g);
    const paths = lines.flatMap((line) => line.split(' ').filter((word) => word.includes('/')));
    expect(paths.filter((path) => !path.startsWith('<') && !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

test('its command that removes builds names every folder that has one', async () => {
  const [words = ''] = wordsIn(await read('CONTRIBUTING.md'), /^rm -rf (.*?) +#/gm);
  const removed = new Set(
    words.split(' ').flatMap((word) => {
      const [braces = '', list = ''] = /\{(.+)\}/.exec(word) ?? [];
      return list.split(',').map((one) => word.replace(braces, one));
    }),
  );
  const manifests = await filesBelow('', 'package.json');
  const built = await Promise.all(
    manifests.map(async (path) => {
      const { scripts = {} } = manifest.partial().parse(JSON.parse(await read(path)));
      return dirname(path) !== '.' && ('build' in scripts || 'bundle' in scripts) ? [dirname(path)] : [];
    }),
  );
  const left = built.flat().filter((path) => !removed.has(`${path}/dist`) && !removed.has(`${dirname(path)}/*/dist`));
  expect(built.flat().length).toBeGreaterThan(20);
  expect(left).toEqual([]);
});

test('the changelog and UPGRADING.md have the same versions', async () => {
  const changes = wordsIn(await read('CHANGELOG.md'), /^## \[(\d+\.\d+\.\d+)\]/gm);
  const upgrades = wordsIn(await read('UPGRADING.md'), /^## (\d+\.\d+\.\d+) \(from /gm);
  expect(changes.length).toBeGreaterThan(0);
  expect(changes).toEqual(upgrades);
});
