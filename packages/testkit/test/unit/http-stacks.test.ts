import { describe, expect, test } from 'vitest';
import { filesBelow, read } from '../support/documents.ts';

/**
 * Three ways to call HTTP, each for its own purpose (docs/decisions/0038): got for Kie's calls that may be repeated,
 * `@kieq/http` for those that may not, and `fetch` in what runs without Node: the client and the pages.
 */
const CLIENT = 'packages/client/src/';
const PAGE = 'apps/dashboard/page/';

async function productSources(): Promise<ReadonlyMap<string, string>> {
  const found = [...(await filesBelow('packages', '.ts')), ...(await filesBelow('apps', '.ts'))];
  const shipped = found.filter((path) => /\/(src|page)\//.test(path) && !path.startsWith('packages/testkit/'));
  const scripts = await filesBelow('deploy', '.mjs');
  return new Map(await Promise.all([...shipped, ...scripts].map(async (path) => [path, await read(path)] as const)));
}

const sources = await productSources();

function pathsWith(pattern: RegExp): string[] {
  return [...sources].flatMap(([path, source]) => (pattern.test(source) ? [path] : [])).toSorted();
}

describe('of all that is shipped', () => {
  test('the client and the pages alone use fetch', () => {
    const others = pathsWith(/(?<![.\w])fetch\(|globalThis\.fetch|typeof fetch\b|'undici'/).filter(
      (path) => !path.startsWith(CLIENT) && !path.startsWith(PAGE),
    );
    expect([sources.size > 300, others]).toEqual([true, []]);
  });

  test('the client of Kie alone uses got', () => {
    expect(pathsWith(/from 'got'/).filter((path) => !path.startsWith('packages/kie/src/'))).toEqual([]);
  });

  test('requests of node:http are made by its core, and where that has no place', () => {
    expect(pathsWith(/import \{[^}]*\b(?:request|get)\b[^}]*\} from 'node:https?'/)).toEqual([
      // The doctor shows what Node says of a failure.
      'apps/cli/src/doctor/ask.ts',
      // Runs alone in an image.
      'deploy/health.mjs',
      'packages/http/src/open-request.ts',
      // CONNECT, which the core's agents need.
      'packages/proxy/src/tunnel.ts',
      // Uses no other package.
      'packages/simulator/src/post.ts',
    ]);
  });
});
