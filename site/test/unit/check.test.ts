import { describe, expect, test } from 'vitest';
import { problemsOf, type BuiltSite } from '../../src/check/site.ts';

const page = (body: string, head = '<title>A page</title>'): string =>
  `<!DOCTYPE html><html><head>${head}</head><body><h1 id="top">A page</h1>${body}</body></html>`;

function siteWith(body: string, more: Partial<BuiltSite> & { readonly head?: string } = {}): BuiltSite {
  return {
    base: '/',
    files: new Set(['index.html', 'part/a.html', 'img/a.svg', 'assets/chunks/@localSearchIndexroot.1.js']),
    pages: new Map([
      ['index.html', page(body, more.head)],
      ['part/a.html', page('<h2 id="second">Second</h2>')],
    ]),
    styles: new Map(),
    ...more,
  };
}

test.each([
  ['a link with an anchor', '<a href="/part/a.html#second">x</a>'],
  ['a relative link', '<a href="./part/a.html">x</a>'],
  ['an anchor of the same page', '<a href="#top">x</a>'],
  ['an address of the web, which a person follows', '<a href="https://kie.ai">x</a>'],
  ['a picture', '<img src="/img/a.svg" alt="">'],
  ['a picture in the page itself', '<img src="data:image/png;base64,xx" alt="">'],
  ['code that looks like a link', '<code>&lt;a href="/gone"&gt;</code>'],
])('%s is right', (_, body) => {
  expect(problemsOf(siteWith(body))).toEqual([]);
});

describe('what is wrong is found', () => {
  test.each([
    ['a page that is not there', '<a href="/gone.html">x</a>', 'index.html: /gone.html leads nowhere'],
    ['an anchor of another page', '<a href="/part/a.html#third">x</a>', 'index.html: /part/a.html#third leads nowhere'],
    ['an anchor of the same page', '<a href="#third">x</a>', 'index.html: #third leads nowhere'],
    ['a picture', '<img src="/img/b.svg" alt="">', 'index.html: /img/b.svg leads nowhere'],
    [
      'a picture elsewhere',
      '<img src="https://a.example/b.svg" alt="">',
      'index.html: fetches https://a.example/b.svg from another host',
    ],
    [
      'a script elsewhere',
      '<script src="//a.example/b.js"></script>',
      'index.html: fetches //a.example/b.js from another host',
    ],
    ['the dark side of a picture', '<source srcset="/b.svg 2x">', 'index.html: /b.svg leads nowhere'],
  ])('%s', (_, body, problem) => {
    expect(problemsOf(siteWith(body))).toEqual([problem]);
  });

  test('a font of another host', () => {
    const font = '<title>x</title><link rel="stylesheet" href="https://fonts.example/css">';
    expect(problemsOf(siteWith('', { head: font }))).toEqual([
      'index.html: fetches https://fonts.example/css from another host',
    ]);
    const styles = new Map([['a.css', '@font-face{src:url(https://fonts.example/a.woff2)}']]);
    expect(problemsOf(siteWith('', { styles }))).toEqual([
      'a.css: fetches https://fonts.example/a.woff2 from another host',
    ]);
  });

  test('a page without a title', () => {
    expect(problemsOf(siteWith('', { head: '<title> </title>' }))).toEqual(['index.html: has no title']);
  });

  test('a site without a search', () => {
    const files = new Set(['index.html', 'part/a.html']);
    expect(problemsOf(siteWith('', { files }))).toEqual(['the search has no index']);
  });

  test('a link that leaves the folder below which the site is served', () => {
    expect(problemsOf(siteWith('<a href="/part/a.html">x</a>', { base: '/kieq/' }))).toEqual([
      'index.html: /part/a.html leads nowhere',
    ]);
  });
});
