import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf, filesBelow, read, ROOT, titlesOf } from '../support/documents.ts';

/**
 * Comments, tests, texts and documents cite only what a reader can open: every `*.md` that is named anywhere exists in
 * the repository, and so does the section that is named with it. Links in documents are checked by
 * `docs-parity.test.ts` as well.
 */
const FOLDERS = ['.github', 'apps', 'bench', 'deploy', 'docs', 'examples', 'packages', 'scripts'];
const ALONE = ['README.md', 'UPGRADING.md', '.ci/run', '.env.example', 'Dockerfile', 'docker-compose.yml'];
const ENDINGS = ['.ts', '.mjs', '.js', '.lua', '.md', '.yml', '.yaml', '.html', '.css', '.sh', '.env'];

/** A document that a test makes itself, by the file that names it. */
const MADE_BY_TESTS: Readonly<Record<string, readonly string[]>> = {
  'bench/test/unit/report.test.ts': ['page.md'],
};

/** `docs/page.md`, with `#section` or not; not as part of a web address. */
const DOCUMENT = /(?<![\w./:-])\/?((?:\.{1,2}\/)*(?:[\w-]+\/)*[\w-]+\.md)(?:#([\p{L}\p{N}_-]+))?/gu;
/** `docs/page.md, Title of a section` in code, where a comma and a capital follow. */
const TITLED = /(?<![\w./:-])((?:[\w-]+\/)*[\w-]+\.md), ([A-Z][^\n]*)/g;
/** `docs/decisions/0001`, by the number alone. */
const DECISION = /\bdocs\/decisions\/(\d{4})(?!\d)/g;

/** This file names what is absent on purpose. */
const OWN = relative(ROOT, import.meta.filename);
const paths = [...(await Promise.all(FOLDERS.map(textsBelow))).flat(), ...ALONE].filter((path) => path !== OWN);
const decisions = await filesBelow('docs/decisions', '.md');

async function textsBelow(folder: string): Promise<string[]> {
  return (await Promise.all(ENDINGS.map((ending) => filesBelow(folder, ending)))).flat();
}

/** What is named in a text and is not there, in the order of the text. */
async function absentIn(path: string, text: string): Promise<string[]> {
  const absent: string[] = [];
  for (const [named, document = '', anchor] of text.matchAll(DOCUMENT)) {
    if (MADE_BY_TESTS[path]?.includes(document)) continue;
    const found = placeOf(path, document);
    if (found === undefined || (anchor !== undefined && !anchorsOf(await read(found)).includes(anchor)))
      absent.push(named);
  }
  for (const [named, document = '', rest = ''] of path.endsWith('.md') ? [] : text.matchAll(TITLED)) {
    const found = placeOf(path, document);
    // One that is absent altogether is reported above.
    if (found !== undefined && !titlesOf(await read(found)).some((title) => rest.startsWith(title))) absent.push(named);
  }
  for (const [named, number = ''] of text.matchAll(DECISION)) {
    if (!decisions.some((file) => file.startsWith(`docs/decisions/${number}-`))) absent.push(named);
  }
  return absent;
}

/** Where a document lies: next to the file that names it, below the root, or below `docs`. */
function placeOf(path: string, document: string): string | undefined {
  const slots = [join(dirname(path), document), document, join('docs', document)];
  return slots.find((place) => existsSync(join(ROOT, place)));
}

test('every document that is named anywhere exists, and so does its section', async () => {
  expect(paths.length).toBeGreaterThan(1000);
  const absent = await Promise.all(
    paths.map(async (path) => (await absentIn(path, await read(path))).map((named) => `${path}: ${named}`)),
  );
  expect(absent.flat()).toEqual([]);
});

describe('what is absent is found', () => {
  test.each([
    ['a document', 'see docs/missing.md for it', ['docs/missing.md']],
    ['one without a folder', '// missing.md says so', ['missing.md']],
    ['one above', '[there](../missing.md)', ['../missing.md']],
    ['a section', '(docs/architecture.md#the-moon)', ['docs/architecture.md#the-moon']],
    ['a section by its title', '(docs/architecture.md, The moon)', ['docs/architecture.md, The moon)']],
    ['a decision', '(docs/decisions/0012)', ['docs/decisions/0012']],
  ])('%s', async (_, text, absent) => {
    expect(await absentIn('packages/domain/src/states.ts', text)).toEqual(absent);
  });

  test.each([
    ['a section', '(docs/architecture/admission.md#the-submission-window)'],
    ['a section by its title', 'see docs/architecture/admission.md, The submission window.'],
    ['an address of the web', 'https://example.com/docs/missing.md'],
    ['a decision', 'docs/decisions/0001'],
  ])('and %s that is there is not', async (_, text) => {
    expect(await absentIn('packages/domain/src/states.ts', text)).toEqual([]);
  });
});
