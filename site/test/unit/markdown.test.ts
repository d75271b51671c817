import { describe, expect, test } from 'vitest';
import { anchorOf, titleOf, withLinks } from '../../src/markdown.ts';

const resolve = (target: string): string | undefined => (target.startsWith('gone') ? undefined : `/site/${target}`);

describe('links of a document', () => {
  test.each([
    ['a link', 'see [the page](page.md#part).', 'see [the page](/site/page.md#part).'],
    ['two in one line', '[a](a.md) and [b](b.md)', '[a](/site/a.md) and [b](/site/b.md)'],
    ['one with code as its words', '[`src`](src/a.ts)', '[`src`](/site/src/a.ts)'],
    ['a picture', '![drawn](img/a.svg)', '![drawn](/site/img/a.svg)'],
    ['a picture in a link', '[![drawn](img/a.svg)](a.md)', '[![drawn](/site/img/a.svg)](/site/a.md)'],
    ['a picture in HTML', '<img alt="x" src="img/a.svg">', '<img alt="x" src="/site/img/a.svg">'],
    ['both sides of a picture', '<source srcset="dark.svg">', '<source srcset="/site/dark.svg">'],
    ['one that the site does not have becomes its words', '[`all` of it](gone/folder)', '`all` of it'],
  ])('%s', (_, text, expected) => {
    expect(withLinks(text, resolve)).toBe(expected);
  });

  test.each([
    ['an address of the web', '[Kie](https://kie.ai)'],
    ['a part of the same page', '[below](#below)'],
    ['an address of mail', '[mail](mailto:a@example.com)'],
    ['code', 'write `[a](b.md)`'],
    ['a block of code', '```md\n[a](b.md) <img src="a.svg">\n```'],
    ['a block of code with a longer fence', '````md\n```\n[a](b.md)\n```\n````'],
  ])('%s stays', (_, text) => {
    expect(withLinks(text, resolve)).toBe(text);
  });
});

test('the title has no marks of code', () => {
  expect(titleOf('<!-- x -->\n# 0001: a `config` package\n\n## Part\n')).toBe('0001: a config package');
  expect(titleOf('no heading')).toBeUndefined();
});

test.each([
  ['G1: a generation is charged at most once', 'g1-a-generation-is-charged-at-most-once'],
  ['Posters & previews', 'posters--previews'],
  ['The gate refusing', 'the-gate-refusing'],
  ['402, 429', '402-429'],
])('the anchor of "%s" is the one of GitHub', (title, anchor) => {
  expect(anchorOf(title)).toBe(anchor);
});
