import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filePage } from '../../src/file-page.ts';
import { addressOf, sourcesOf } from '../../src/source-pages.ts';

test('every document of docs and every README is a page, each with an address of its own', async () => {
  const { pages, others } = await sourcesOf(join(import.meta.dirname, '../../..'));
  for (const path of ['README.md', 'docs/guarantees/g1.md', 'packages/queue/src/loop/README.md', 'deploy/README.md'])
    expect(pages).toContain(path);
  expect(pages.some((path) => path.includes('node_modules') || path.includes('/dist/'))).toBe(false);
  expect(others).toContain('docs/openapi.json');
  expect([...pages, ...others].filter((path) => /(^|\/)\./.test(path))).toEqual([]);
  expect(new Set(pages.map(addressOf)).size).toBe(pages.length);
});

test('a file is shown as code, in a fence longer than any of its own', () => {
  expect(filePage('deploy/README.txt', 'a\n```\nb\n```\n')).toContain('\n````txt\na\n```\nb\n```\n````\n');
});
