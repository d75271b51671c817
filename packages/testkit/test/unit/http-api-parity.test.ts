import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { API_ERRORS } from '../../../../apps/gateway/src/api-error.ts';
import { filesBelow, read, ROOT, sorted, wordsIn } from '../support/documents.ts';

/** Keeps docs/http-api.md in step with the gateway, and with the examples that tests and users run. */
describe('docs/http-api.md', () => {
  test('every route, and no other', async () => {
    const sources = await Promise.all((await filesBelow('apps/gateway/src', '.ts')).map(read));
    const routes = sources.flatMap((source) =>
      [...source.matchAll(/method: '(\w+)',\s+url: '([^']+)'/g)].map(([, method, url]) => `${method} ${url}`),
    );
    const open = sources.flatMap((source) =>
      wordsIn(source, /(?:app\.get\('\/|openCheck\(app, deps, '|routePrefix: '\/)([\w.]+)'/g),
    );
    expect(open).toHaveLength(4);
    const documented = wordsIn(await read('docs/http-api.md'), /`((?:GET|POST|PUT|PATCH|DELETE) \/[\w/:.-]+)`/g);
    expect(sorted(new Set(documented))).toEqual(sorted([...routes, ...open.map((name) => `GET /${name}`)]));
  });

  test('every error with its status', async () => {
    const rows = [...(await read('docs/http-api.md')).matchAll(/^\| `(\w+)` \| ([45]\d{2}) \|/gm)];
    expect(Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]))).toEqual(API_ERRORS);
  });

  test('every snippet is taken from an example that runs', async () => {
    const flat = (text: string): string => text.replaceAll(/^\s+/gm, '').trimEnd();
    const endings: Readonly<Record<string, string>> = { js: '.mjs', sh: '.sh', python: '.py' };
    const snippets = [...(await read('docs/http-api.md')).matchAll(/^```(js|sh|python)\n([\s\S]*?)^```/gm)];
    expect(snippets.length).toBeGreaterThan(20);
    const strange: string[] = [];
    for (const [, language = '', snippet = ''] of snippets) {
      const examples = await Promise.all((await filesBelow('examples/http', endings[language] ?? '')).map(read));
      if (!examples.some((example) => flat(example).includes(flat(snippet)))) strange.push(snippet);
    }
    expect(strange).toEqual([]);
  });

  test('every example is named', async () => {
    const text = await read('docs/http-api.md');
    for (const name of await readdir(join(ROOT, 'examples/http'))) {
      expect(text).toContain(`[${name}](../examples/http/${name})`);
    }
  });
});
