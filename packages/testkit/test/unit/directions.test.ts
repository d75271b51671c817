import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { filesBelow, wordsIn } from '../support/documents.ts';

/**
 * Arrows go one way: apps → producer, queue → ledger, kie, redis, telemetry → domain
 * (docs/architecture/packages.md).
 * knip makes sure that whatever is imported is declared, so the manifests are complete.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  client: [],
  'clients-suite': [],
  config: ['domain'],
  models: [],
  http: ['proxy'],
  kie: ['domain', 'http', 'proxy'],
  proxy: [],
  redis: ['domain'],
  'local-redis': [],
  telemetry: ['domain', 'proxy'],
  simulator: [],
  archive: ['domain', 'outbound', 'storage'],
  outbound: ['domain', 'http', 'proxy'],
  storage: ['domain', 'proxy'],
  ledger: ['domain', 'redis'],
  queue: ['archive', 'domain', 'kie', 'ledger', 'models', 'outbound', 'redis', 'storage', 'telemetry'],
  'bull-board': ['ledger', 'queue', 'redis', 'telemetry'],
  process: ['config', 'domain', 'proxy', 'redis', 'telemetry'],
  producer: ['domain', 'kie', 'ledger', 'queue', 'redis', 'telemetry'],
  // Made of the apps and of the demo; nothing uses it.
  kieq: ['demo'],
  testkit: [
    'archive',
    'config',
    'domain',
    'kie',
    'ledger',
    'local-redis',
    'models',
    'outbound',
    'producer',
    'proxy',
    'queue',
    'redis',
    'simulator',
    'storage',
    'telemetry',
  ],
};

const ROOT = join(import.meta.dirname, '../../../..');
const names = z.record(z.string(), z.string()).default({});
const manifest = z.object({ name: z.string(), dependencies: names, devDependencies: names });

/**
 * Also those of development: apps have ours there, since they are part of their bundles. Tests alone may start a private
 * Redis, so no package lists it among what a service installs.
 */
async function ownDependencies(folder: string): Promise<string[]> {
  const text = await readFile(join(ROOT, folder, 'package.json'), 'utf8');
  const { dependencies, devDependencies } = manifest.parse(JSON.parse(text));
  const { '@kieq/local-redis': _forTests, ...development } = devDependencies;
  return Object.keys({ ...dependencies, ...development })
    .filter((name) => name.startsWith('@kieq/'))
    .map((name) => name.slice('@kieq/'.length));
}

test('every package has its position in the order', async () => {
  const folders = await readdir(join(ROOT, 'packages'));
  expect(folders.toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
});

test.each(Object.entries(ALLOWED))('%s depends only downwards', async (name, allowed) => {
  for (const dependency of await ownDependencies(`packages/${name}`)) expect(allowed).toContain(dependency);
});

test('apps depend on packages only, never on each other or on the test kit', async () => {
  const packages = Object.keys(ALLOWED).filter((name) => !['kieq', 'testkit', 'local-redis'].includes(name));
  for (const app of await readdir(join(ROOT, 'apps'))) {
    for (const dependency of await ownDependencies(`apps/${app}`)) expect(packages).toContain(dependency);
  }
});

test('the domain does no I/O: it imports a hash function, zod and itself', async () => {
  const folder = join(ROOT, 'packages/domain/src');
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const source = await readFile(join(folder, file), 'utf8');
    for (const [, from] of source.matchAll(/from '([^']+)'/g))
      expect(from).toMatch(/^(\.{1,2}\/[\w/-]+\.ts|zod|node:crypto)$/);
    expect(source).not.toMatch(/\b(fetch|process|Date\.now|Math\.random|performance|setTimeout)\b\s*[.(]/);
  }
});

/** The lint (import/no-cycle) follows static imports; what is loaded only when it is needed can close a circle too. */
test('no file that is loaded by import() leads back to the file that loads it', async () => {
  const paths = (await Promise.all(['packages', 'apps', 'examples'].map((folder) => filesBelow(folder, '.ts')))).flat();
  const sources = await Promise.all(
    paths.map(async (path) => [path, await readFile(join(ROOT, path), 'utf8')] as const),
  );
  const targets = (pattern: RegExp) =>
    new Map(
      sources.map(([path, source]) => [path, wordsIn(source, pattern).map((target) => join(dirname(path), target))]),
    );
  const loaded = targets(/\bimport\('(\.[^']+)'\)/g);
  const imported = targets(/\b(?:from |import |import\()'(\.[^']+)'/g);
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (imported.get(from) ?? []).some((next) => reaches(next, to, seen));
  };
  const circles = [...loaded].flatMap(([path, all]) => all.filter((target) => reaches(target, path)));
  expect(loaded.get('packages/telemetry/src/tracing/start-tracing.ts')).toHaveLength(1);
  expect(circles).toEqual([]);
});
