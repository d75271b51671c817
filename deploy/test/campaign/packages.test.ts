import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedBelow, refusingNode } from '@kieq/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cyclonedx, cyclonedxSchema, packageOf } from '../support/cyclonedx.ts';
import { floor } from '../support/files.ts';
import { APPS, bundledIn, layOut, writeSboms } from '../support/layouts.ts';

let out: string;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'kieq-packages-'));
  await layOut(out, APPS);
}, 120_000);

afterAll(() => rm(out, { recursive: true, force: true }));

/** PostgreSQL's client: of the benches, which compare kieq with pg-boss. */
const POSTGRES = /^(pg|pg-[a-z-]+|pgpass|postgres-[a-z]+)@/;

test.each(APPS)('the layout of %s has no client of PostgreSQL, neither installed nor in its bundle', async (app) => {
  const installed = await installedBelow(join(out, app));
  const all = [...installed.map(({ name, version }) => `${name}@${version}`), ...(await bundledIn(join(out, app)))];
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((one) => POSTGRES.test(one))).toEqual([]);
});

test.each(APPS)('every package that is installed in the layout of %s accepts the oldest Node', async (app) => {
  const installed = await installedBelow(join(out, app));
  expect(installed.length).toBeGreaterThan(5);
  expect(refusingNode(installed, await floor())).toEqual([]);
  expect(refusingNode(installed, '0.12.0').length).toBeGreaterThan(0);
});

test.each(APPS)('the SBOM of %s is CycloneDX, and lists what the layout has and nothing else', async (app) => {
  const layout = join(out, app);
  const text: unknown = JSON.parse(await readFile(join(layout, 'sbom.cdx.json'), 'utf8'));
  const isValid = await cyclonedxSchema();
  isValid(text);
  expect(isValid.errors).toBeNull();

  const { metadata, components, dependencies } = cyclonedx.parse(text);
  const bundled = new Set(await bundledIn(layout));
  const installed = (await installedBelow(layout)).map(({ name, version }) => `${name}@${version}`);
  expect(components.map(packageOf).toSorted()).toEqual([...new Set([...bundled, ...installed])].toSorted());
  for (const one of components) {
    const place = bundled.has(packageOf(one)) ? 'bundle' : 'node_modules';
    expect(one.properties, one.purl).toEqual([{ name: 'kieq:place', value: place }]);
    expect(one.externalReferences.find(({ type }) => type === 'distribution')?.hashes, one.purl).toHaveLength(1);
  }
  expect(components.filter(({ licenses }) => licenses === undefined).map(({ purl }) => purl)).toEqual([]);
  const known = new Set([metadata.component.purl, ...components.map(({ purl }) => purl)]);
  expect(dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !known.has(ref))).toEqual(
    [],
  );
});

test('a wrong SBOM is found: the schema refuses a component without a name', async () => {
  const text = await readFile(join(out, 'worker/sbom.cdx.json'), 'utf8');
  const isValid = await cyclonedxSchema();
  expect(isValid(JSON.parse(text.replace('"name": "got"', '"title": "got"')))).toBe(false);
});

test('the same layout has the same SBOM', async () => {
  const file = join(out, 'cli/sbom.cdx.json');
  const first = await readFile(file, 'utf8');
  await rm(file);
  await writeSboms(out, ['cli']);
  expect(await readFile(file, 'utf8')).toBe(first);
}, 60_000);
