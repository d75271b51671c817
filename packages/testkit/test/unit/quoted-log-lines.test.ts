import { expect, test } from 'vitest';
import { filesBelow, read, wordsIn } from '../support/documents.ts';

/** A text in code marks that follows a word for a log. Names of files and the like have no blanks. */
const QUOTED = /\b(?:log|logs|logged|lines?|warns?|level)\b[^`|]{0,80}`(?!kieq )(\w[^`<]* [^`<]*)`/g;

test('a log line that a page quotes is one that the code writes', async () => {
  const sources = (await Promise.all(['packages', 'apps'].map((folder) => filesBelow(folder, '.ts')))).flat();
  const code = await Promise.all(sources.filter((path) => path.includes('/src/')).map(read));
  const folders = await Promise.all(
    ['docs/operations', 'docs/failure-modes'].map((folder) => filesBelow(folder, '.md')),
  );
  const pages = await Promise.all(['docs/archive.md', ...folders.flat()].map(read));
  const lines = pages.flatMap((text) => wordsIn(text, QUOTED));
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => !code.some((source) => source.includes(line)))).toEqual([]);
});
