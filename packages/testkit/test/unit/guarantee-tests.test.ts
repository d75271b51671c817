import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, read, ROOT, withPart } from '../support/documents.ts';
import { appendixOf, faultsOf, guaranteesIn, markedTestsOf, type MarkedTest } from '../support/guarantee-marks.ts';

/**
 * The tests behind each guarantee are named by a mark right above the test (`// @guarantee G3`); the appendix
 * docs/guarantees/tests.md is written from these marks by `pnpm docs:write`.
 */
const APPENDIX = 'docs/guarantees/tests.md';
const guarantees = guaranteesIn(await read('docs/guarantees.md'));
const folders = ['apps', 'bench', 'deploy', 'examples', 'packages'];
const paths = (await Promise.all(folders.map((folder) => filesBelow(folder, '.test.ts')))).flat().toSorted();
// This file has marks as text.
const sources = paths.filter((path) => !path.endsWith('guarantee-tests.test.ts'));
const tests = (await Promise.all(sources.map(async (path) => markedTestsOf(path, await read(path))))).flat();

test('the appendix is up to date (mend with pnpm docs:write)', async () => {
  const generated = withPart(await read(APPENDIX), 'tests', appendixOf(guarantees, tests));
  await expect(generated).toMatchFileSnapshot(join(ROOT, APPENDIX));
});

test('every guarantee has a test, and every mark names a guarantee', () => {
  expect(guarantees.size).toBeGreaterThan(0);
  expect(faultsOf(guarantees, tests)).toEqual([]);
});

test('each guarantee has a page that says how it is held and what remains', async () => {
  const sections = (await read('docs/guarantees.md')).split(/^## (?=G\d)/m).slice(1);
  for (const section of sections) {
    const page = `guarantees/${section.slice(0, 2).toLowerCase()}.md`;
    expect(section).toContain(`](${page})`);
    const text = await read(`docs/${page}`);
    expect(text).toMatch(/\]\(tests\.md#[\s\S]+^## How$[\s\S]+^## What remains$/m);
  }
});

describe('marks', () => {
  const marked = (...lines: string[]): MarkedTest[] => markedTestsOf('a.test.ts', lines.join('\n'));

  test.each([
    ['a plain test', ['// @guarantee G1', "test('one', () => {"], ['one']],
    ['a title in a line of its own', ['// @guarantee G1', 'test(', "  'one',"], ['one']],
    ['a table', ['// @guarantee G1', "test.each([['x', f('y')]])('%s is', (x) => {"], ['%s is']],
    ['a long table', ['// @guarantee G1', 'it.each<[a: string]>([', "  ['x'],", "])('%s is', (x) => {"], ['%s is']],
    ['a rule that is off', ['// @guarantee G1', '// oxlint-disable-next-line a/b', "test('one', () => {"], ['one']],
    ['an apostrophe', ['// @guarantee G1', String.raw`test('Kie\'s', () => {`], ["Kie's"]],
    [
      'a group around it',
      ["describe('other', () => {", '});', "describe('all', () => {", '  // @guarantee G1', "  test('one', () => {"],
      ['all', 'one'],
    ],
  ])('above %s', (_, lines, titles) => {
    expect(marked(...lines)).toEqual([{ path: 'a.test.ts', titles, guarantees: ['G1'] }]);
  });

  test.each([
    ['no test below', ['// @guarantee G1', 'const one = 1;']],
    ['a word that is no guarantee', ['// @guarantee money', "test('one', () => {"]],
    ['an empty line between', ['// @guarantee G1', '', "test('one', () => {"]],
  ])('with %s are refused by file and line', (_, lines) => {
    expect(() => marked(...lines)).toThrow('a.test.ts:1: ');
  });

  test('may name several guarantees; unknown and untested ones are reported', () => {
    const [one, two] = ['## G1: pays once', '## G2: loses nothing'];
    const promised = guaranteesIn(`${one}\n\n${two}\n`);
    const all = marked('// @guarantee G1, G9', "test('one', () => {");
    expect(faultsOf(promised, all)).toEqual(['a.test.ts names G9, which is not promised', 'G2 has no test']);
    expect(appendixOf(promised, all)).toContain(`${one}\n\n1 tests in 1 files.\n\n- \`a.test.ts\`\n  - one\n`);
  });
});
