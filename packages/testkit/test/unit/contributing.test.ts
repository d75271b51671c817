import { existsSync } from 'node:fs';
import { join } from 'node:path';
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

test('the changelog and UPGRADING.md have the same versions', async () => {
  const changes = wordsIn(await read('CHANGELOG.md'), /^## \[(\d+\.\d+\.\d+)\]/gm);
  const upgrades = wordsIn(await read('UPGRADING.md'), /^## (\d+\.\d+\.\d+) \(from /gm);
  expect(changes.length).toBeGreaterThan(0);
  expect(changes).toEqual(upgrades);
});
