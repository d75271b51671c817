import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVIRONMENT } from '@kieq/config';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { CHART, comparable, idOf } from '../support/chart.ts';
import { findClusterTools, manifestsOf, output, type ClusterTools } from '../support/cluster-tools.ts';
import { read, readYaml } from '../support/files.ts';
import { schemaProblems } from '../support/kubernetes-schema.ts';
import { manifest, render, type Manifest } from '../support/kustomize.ts';

let tools: ClusterTools;
beforeAll(async () => {
  tools = await findClusterTools();
}, 300_000);

const example = (name: string): readonly string[] => ['--values', join(CHART, 'examples', name)];
const set = (values: string): readonly string[] => ['--set', values];
/** What the chart is asked for, and how many objects that makes. */
const VALUES = {
  defaults: { args: [], objects: 13 },
  'KEDA on': { args: set('keda.enabled=true'), objects: 15 },
  'network policy off': { args: set('networkPolicy.enabled=false'), objects: 9 },
  'dashboard off': { args: set('dashboard.enabled=false'), objects: 10 },
  'workers alone': { args: set('dashboard.enabled=false,gateway.enabled=false'), objects: 6 },
  'the example of Kustomize': { args: example('kustomize.yaml'), objects: 20 },
  'external Redis, secrets as files, KEDA': { args: example('secret-files.yaml'), objects: 15 },
  'secrets of the chart as files': { args: [...example('kustomize.yaml'), ...set('secrets.as=files')], objects: 20 },
  'everything else': {
    args: set(
      [
        'fullnameOverride=mine',
        `worker.image.digest=sha256:${'0'.repeat(64)}`,
        'image.pullPolicy=Always,image.pullSecrets={login}',
        'data.existingClaim=files',
        'gateway.service.type=LoadBalancer,gateway.service.annotations.a=b',
        'worker.podAnnotations.a=b,worker.nodeSelector.a=b,worker.env.NODE_OPTIONS=--enable-source-maps',
        'worker.tolerations[0].key=a,worker.tolerations[0].operator=Exists',
        'dashboard.podDisruptionBudget.enabled=true',
        'networkPolicy.extraEgress[0].ports[0].port=4318,serviceAccount.annotations.a=b',
      ].join(','),
    ),
    objects: 14,
  },
};

function template(args: readonly string[], release = 'kieq'): Promise<Manifest[]> {
  return manifestsOf(tools.helm, ['template', release, CHART, ...args]);
}

describe.each(Object.entries(VALUES))('%s', (_name, { args, objects }) => {
  test('helm lint finds nothing', async () => {
    expect(await output(tools.helm, ['lint', '--strict', CHART, ...args])).toContain(
      '1 chart(s) linted, 0 chart(s) failed',
    );
  });

  test('every object is valid by its schema and has no unknown field', async () => {
    const made = await template(args, 'pool');
    expect(made.map(idOf)).toHaveLength(objects);
    expect(new Set(made.map(idOf)).size).toBe(objects);
    expect(made.flatMap((one) => schemaProblems(one).map((problem) => `${idOf(one)}: ${problem}`))).toEqual([]);
    const names = made.map(({ metadata }) => metadata.name);
    expect(names.filter((name) => !/^(pool-kieq|mine)(-|$)/.test(name))).toEqual([]);
  });
});

describe('the same objects as Kustomize', () => {
  const SCALING = new Set(['ScaledObject kieq-worker', 'TriggerAuthentication kieq-redis']);
  const tagged = (text: string): string => text.replaceAll(/"image":"(kieq-\w+):[\d.]+"/g, '"image":"$1"');
  const untagged = (manifests: readonly Manifest[]): Manifest[] =>
    z.array(manifest).parse(JSON.parse(tagged(JSON.stringify(comparable(manifests)))));

  test('with KEDA: those of the base, and the settings that an overlay brings', async () => {
    const made = untagged(await template(VALUES['KEDA on'].args)).filter(({ kind }) => kind !== 'ConfigMap');
    expect(made).toEqual(comparable(await render('deploy/kubernetes/base')));
  });

  test('by default: those of the base, with a number of workers in place of KEDA', async () => {
    const base = comparable(await render('deploy/kubernetes/base')).filter((one) => !SCALING.has(idOf(one)));
    const spec = z.looseObject({});
    const expected = base.map((one) =>
      idOf(one) === 'Deployment kieq-worker' ? { ...one, spec: { ...spec.parse(one['spec']), replicas: 2 } } : one,
    );
    expect(untagged(await template([])).filter(({ kind }) => kind !== 'ConfigMap')).toEqual(expected);
  });

  test('by the example: those of the overlay, settings and secrets included, but for its Redis', async () => {
    const redis = new Set((await render('deploy/kubernetes/redis-with-users')).map(idOf));
    const overlay = comparable(await render('deploy/kubernetes/overlays/example'));
    const ofPool = overlay.filter(
      (one) => !redis.has(idOf(one)) && !['Namespace kieq', 'Secret kieq-redis'].includes(idOf(one)),
    );
    expect(comparable(await template(example('kustomize.yaml')))).toEqual(ofPool);
  });

  test.each(['base', 'overlays/example', 'monitoring', 'redis', 'redis-with-users'])(
    'kubectl renders %s as the default suite does, but for the hashes in names',
    async (folder) => {
      const path = join('deploy/kubernetes', folder);
      const theirs = await manifestsOf(tools.kubectl, ['kustomize', path]);
      expect(plain(theirs)).toEqual(plain(await render(path)));
    },
  );

  /** Without the hashes of generated names; secrets are compared as text, whichever way they are written. */
  function plain(manifests: readonly Manifest[]): Manifest[] {
    const text = JSON.stringify(manifests).replaceAll(/"(kieq(?:-[a-z]+)?)-[a-z0-9]{10}"/g, '"$1"');
    return comparable(z.array(manifest).parse(JSON.parse(text)).map(decoded));
  }

  function decoded({ data, type: _type, ...one }: Manifest): Manifest {
    if (one.kind !== 'Secret' || data === undefined) return { ...one, ...(data === undefined ? {} : { data }) };
    const fields = Object.entries(z.record(z.string(), z.string()).parse(data));
    const texts = fields.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
    return { ...one, stringData: Object.fromEntries(texts) };
  }
});

const pod = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.int(),
        containers: z.tuple([
          z.looseObject({
            name: z.string(),
            image: z.string(),
            envFrom: z.array(z.looseObject({ secretRef: z.looseObject({ name: z.string() }).optional() })),
            env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
          }),
        ]),
        volumes: z.array(
          z.looseObject({
            name: z.string(),
            projected: z
              .looseObject({
                sources: z.array(
                  z.object({
                    secret: z.object({ name: z.string(), items: z.array(z.record(z.string(), z.string())) }),
                  }),
                ),
              })
              .optional(),
          }),
        ),
      }),
    }),
  }),
});

async function pods(args: readonly string[]): Promise<z.infer<typeof pod>['spec']['template']['spec'][]> {
  const deployments = (await template(args)).filter(({ kind }) => kind === 'Deployment');
  return deployments.map((one) => pod.parse(one).spec.template.spec);
}

test('secrets as files: each variable names a file that is there, and no secret is a variable', async () => {
  const found = await pods(example('secret-files.yaml'));
  expect(found).toHaveLength(3);
  const secret = new Set(ENVIRONMENT.filter((entry) => entry.secret).map(({ key }) => key));
  for (const { containers, volumes } of found) {
    const [{ env, envFrom }] = containers;
    expect(envFrom.filter(({ secretRef }) => secretRef !== undefined)).toEqual([]);
    expect(env.filter(({ name }) => secret.has(name))).toEqual([]);
    const sources = volumes.find(({ name }) => name === 'secrets')?.projected?.sources ?? [];
    const files = sources.flatMap((source) => source.secret.items.map(({ path = '' }) => path));
    const named = env.filter(({ name }) => name.endsWith('_FILE'));
    expect(named.map(({ name, value }) => [name, value])).toEqual(
      files.map((file) => [`${file}_FILE`, `/run/secrets/kieq/${file}`]),
    );
    expect(files).toContain('REDIS_URL');
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(secret, file).toContain(file);
    expect(sources[0]?.secret).toEqual({ name: 'kieq-redis-address', items: [{ key: 'url', path: 'REDIS_URL' }] });
  }
});

test('the README’s mine.yaml with the values of digests.mjs: the registry stands once in front of every image', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-chart-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [, mine = ''] = /```yaml\n([\s\S]*?)```/.exec(await read(join(CHART, 'README.md'))) ?? [];
  expect(mine).toContain('registry: registry.example }');
  const digest = `sha256:${'a'.repeat(64)}`;
  const pushed = (name: string) => [
    name,
    { 'containerimage.digest': digest, 'image.name': `registry.example/kieq-${name}:0.3.0` },
  ];
  const metadata = Object.fromEntries(['worker', 'gateway', 'cli'].map(pushed));
  await Promise.all([
    writeFile(join(folder, 'mine.yaml'), mine),
    writeFile(join(folder, 'images.json'), JSON.stringify(metadata)),
  ]);
  const digests = await output(process.execPath, ['deploy/digests.mjs', 'helm', join(folder, 'images.json')]);
  await writeFile(join(folder, 'digests.yaml'), digests);
  const args = ['mine.yaml', 'digests.yaml'].flatMap((name) => ['--values', join(folder, name)]);
  const { appVersion } = await readYaml(join(CHART, 'Chart.yaml'), z.looseObject({ appVersion: z.string() }));
  const found = await pods(args);
  expect(Object.fromEntries(found.map(({ containers: [{ name, image }] }) => [name, image]))).toEqual({
    worker: `registry.example/kieq-worker@${digest}`,
    gateway: `registry.example/kieq-gateway@${digest}`,
    dashboard: `registry.example/kieq-dashboard:${appVersion}`,
  });
});

test('the time to stop follows the grace of the processes', async () => {
  const found = await pods(['--set-string', 'settings.KIEQ_SHUTDOWN_GRACE_MS=60500']);
  const times = found.map(({ containers, terminationGracePeriodSeconds }) => [
    containers[0].name,
    terminationGracePeriodSeconds,
  ]);
  expect(Object.fromEntries(times)).toEqual({ worker: 66, gateway: 71, dashboard: 66 });
});

test('without the dashboard nothing of it is left', async () => {
  expect(JSON.stringify(await template(VALUES['dashboard off'].args))).not.toMatch(/dashboard/i);
});

test('a changed setting replaces the pods', async () => {
  const annotations = async (args: readonly string[]): Promise<string[]> =>
    JSON.stringify(await template(args)).match(/"checksum\/settings":"\w+"/g) ?? [];
  const [before, after] = await Promise.all([annotations([]), annotations(set('settings.LOG_LEVEL=debug'))]);
  expect(before).toHaveLength(3);
  expect(after).toHaveLength(3);
  expect(after[0]).not.toBe(before[0]);
});

test('a value that is misspelt or of another type is refused, with its name', async () => {
  await expect(template(set('worker.replica=3'))).rejects.toThrow('Additional property replica is not allowed');
  await expect(template(set('keda.enabled=often'))).rejects.toThrow('keda.enabled');
});
