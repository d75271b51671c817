import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { CHART } from '../support/chart.ts';
import { readDockerfile, wholeStage } from '../support/dockerfile.ts';
import { read, readYaml, ROOT } from '../support/files.ts';

const TARGETS = ['cli', 'dashboard', 'gateway', 'simulator', 'worker'];
const stages = readDockerfile(await read('Dockerfile'));

const target = z.strictObject({
  inherits: z.array(z.string()).optional(),
  context: z.string().optional(),
  dockerfile: z.string().optional(),
  args: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  attest: z.array(z.string()).optional(),
  target: z.string().optional(),
  tags: z.array(z.string()).optional(),
});
/** What of a bake file is used here; another field would be passed over in silence, so it is refused. */
const bakeFile = z.strictObject({
  variable: z.record(z.string(), z.strictObject({ default: z.string() })),
  group: z.record(z.string(), z.strictObject({ targets: z.array(z.string()) })),
  target: z.record(z.string(), target),
});
const bake = await readYaml('deploy/docker-bake.json', bakeFile);
const { version } = await readYaml('package.json', z.looseObject({ version: z.string() }));

/** Labels that the Dockerfile gives to a target. */
function labelsOf(name: string): Record<string, string> {
  const labels = wholeStage(stages, name).filter(({ keyword }) => keyword === 'LABEL');
  const pairs = labels.flatMap(({ args }) => [...args.matchAll(/(\S+?)="([^"]*)"/g)]);
  return Object.fromEntries(
    pairs.map(([, key = '', value = '']) => [key.replace('org.opencontainers.image.', ''), value]),
  );
}

test.each(TARGETS)('the image of %s says what it is, in the words of OCI', (name) => {
  expect(labelsOf(name)).toEqual({
    title: `kieq-${name}`,
    description: expect.stringMatching(/^[A-Z].{10,}/),
    version,
    licenses: 'MIT',
  });
});

test('one command builds every target, with the labels that only the builder knows', () => {
  expect(bake.group['default']?.targets.toSorted()).toEqual(TARGETS);
  expect(
    Object.keys(bake.target)
      .filter((name) => !name.startsWith('_'))
      .toSorted(),
  ).toEqual(TARGETS);
  for (const name of TARGETS)
    expect(bake.target[name]).toEqual({
      inherits: ['_image'],
      target: name,
      tags: [`\${REGISTRY}kieq-${name}:\${VERSION}`],
    });
  const shared = bake.target['_image'];
  expect(Object.keys(shared?.labels ?? {}).map((key) => key.replace('org.opencontainers.image.', ''))).toEqual([
    'version',
    'revision',
    'created',
    'base.name',
  ]);
  expect(shared?.attest).toEqual(['type=provenance,mode=max', 'type=sbom']);
});

test('the defaults are those of the Dockerfile, and every variable is used', async () => {
  expect(bake.variable['VERSION']?.default).toBe(version);
  expect(`FROM ${String(bake.variable['NODE_IMAGE']?.default)}`).toBe(`FROM ${String(stages[0]?.from)}`);
  expect(Object.keys(bake.target['_image']?.args ?? {})).toEqual(['NODE_IMAGE']);
  const used = JSON.stringify(bake.target).match(/(?<=\$\{)\w+(?=\})/g) ?? [];
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(bake.variable).toSorted());
});

describe('digests', () => {
  const run = promisify(execFile);
  const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
  const print = async (...args: string[]): Promise<unknown> =>
    parse((await run('node', ['deploy/digests.mjs', ...args], { cwd: ROOT })).stdout);
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kieq-digests-'));
    file = join(folder, 'images.json');
    const of = (name: string, digit: string) => ({
      'containerimage.digest': digest(digit),
      'image.name': `registry.example:5000/team/kieq-${name}:0.3.0`,
    });
    const metadata = { worker: of('worker', 'a'), gateway: of('gateway', 'b'), cli: of('cli', 'c') };
    await writeFile(file, JSON.stringify({ 'buildx.build.warnings': [], ...metadata }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('as values of the chart', async () => {
    const values = await print('helm', file);
    expect(values).toEqual({
      image: { registry: 'registry.example:5000/team' },
      worker: { image: { repository: 'kieq-worker', digest: digest('a') } },
      gateway: { image: { repository: 'kieq-gateway', digest: digest('b') } },
    });
    const schema = await readYaml(join(CHART, 'values.schema.json'), z.looseObject({}));
    expect(new Ajv({ strict: false }).validate(schema, values)).toBe(true);
  });

  test('as images of a kustomization', async () => {
    expect(await print('kustomize', file)).toEqual({
      images: [
        { name: 'kieq-worker', newName: 'registry.example:5000/team/kieq-worker', digest: digest('a') },
        { name: 'kieq-gateway', newName: 'registry.example:5000/team/kieq-gateway', digest: digest('b') },
      ],
    });
  });

  test('an image that was not pushed has none, and that is said', async () => {
    const unpushed = join(folder, 'unpushed.json');
    await writeFile(unpushed, JSON.stringify({ worker: { 'image.name': 'kieq-worker:0.3.0' } }));
    await expect(print('helm', unpushed)).rejects.toThrow('has no digest of worker');
    const scattered = join(folder, 'scattered.json');
    const pushed = (name: string) => ({ 'containerimage.digest': digest('a'), 'image.name': name });
    await writeFile(
      scattered,
      JSON.stringify({ worker: pushed('one/kieq-worker:1'), gateway: pushed('two/kieq-gateway:1') }),
    );
    await expect(print('helm', scattered)).rejects.toThrow('one and two');
    await expect(print('compose', file)).rejects.toThrow('usage: node deploy/digests.mjs');
  });
});
