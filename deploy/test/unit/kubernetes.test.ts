import { ENVIRONMENT } from '@kieq/config';
import { QUEUE_NAMES } from '@kieq/queue';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readDockerfile } from '../support/dockerfile.ts';
import { read } from '../support/files.ts';
import { schemaProblems } from '../support/kubernetes-schema.ts';
import { manifest, render, type Manifest } from '../support/kustomize.ts';

const labels = z.record(z.string(), z.string());
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.int() })),
  env: z.array(z.object({ name: z.string() })).default([]),
  envFrom: z
    .array(
      z.looseObject({
        configMapRef: z.object({ name: z.string() }).optional(),
        secretRef: z.looseObject({ name: z.string() }).optional(),
      }),
    )
    .default([]),
  lifecycle: z
    .object({ preStop: z.object({ exec: z.object({ command: z.tuple([z.literal('sleep'), z.string()]) }) }) })
    .optional(),
  securityContext: z.unknown(),
});
const workload = manifest.extend({
  spec: z.looseObject({
    selector: z.object({ matchLabels: labels }),
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.int().optional(),
        securityContext: z.looseObject({
          runAsNonRoot: z.literal(true),
          seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
        }),
        containers: z.tuple([container]),
      }),
    }),
  }),
});
type Workload = z.infer<typeof workload>;

const rendered = await render('deploy/kubernetes/overlays/example');
const monitoring = await render('deploy/kubernetes/monitoring');
const ofKind = (...kinds: string[]): Manifest[] =>
  [...rendered, ...monitoring].filter(({ kind }) => kinds.includes(kind));
const workloads = ofKind('Deployment', 'StatefulSet').map((one) => workload.parse(one));
const apps = workloads.filter(({ kind }) => kind === 'Deployment');
const data = (kind: string, name: string): Record<string, string> => {
  const one = rendered.find((it) => it.kind === kind && it.metadata.name === name);
  return labels.parse(one?.['data'] ?? one?.['stringData']);
};

describe('schemas', () => {
  test.each([...rendered, ...monitoring])('$kind $metadata.name is valid and has no unknown field', (one) => {
    expect(schemaProblems(one)).toEqual([]);
  });

  test('a misspelt field, a wrong type and an unknown kind are found', () => {
    const text = JSON.stringify(ofKind('Deployment'));
    const spoil = (from: string, to: string): Manifest[] => z.array(manifest).parse(JSON.parse(text.replace(from, to)));
    expect(spoil('"readinessProbe"', '"readynessProbe"').flatMap(schemaProblems)).toContain(
      'unknown field /spec/template/spec/containers/0/readynessProbe',
    );
    expect(spoil('"replicas":2', '"replicas":"two"').flatMap(schemaProblems)).toEqual([
      expect.stringMatching(/replicas/),
    ]);
    const [spoilt] = spoil('"kind":"Deployment"', '"kind":"Deploy"');
    expect(spoilt === undefined ? [] : schemaProblems(spoilt)).toEqual(['no schema for apps/v1 Deploy']);
  });
});

test.each(workloads)('$metadata.name runs without rights and cannot write to its image', ({ spec }) => {
  const [{ securityContext }] = spec.template.spec.containers;
  expect(securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

test.each(apps)('$metadata.name is not killed before its grace is over', ({ spec }) => {
  const { terminationGracePeriodSeconds = 0, containers } = spec.template.spec;
  const preStopS = Number(containers[0].lifecycle?.preStop.exec.command[1] ?? 0);
  const graceS = Number(data('ConfigMap', 'kieq')['KIEQ_SHUTDOWN_GRACE_MS']) / 1000;
  expect(graceS).toBe(Number(ENVIRONMENT.find(({ key }) => key === 'KIEQ_SHUTDOWN_GRACE_MS')?.default) / 1000);
  // It ends within its grace and one second.
  expect(terminationGracePeriodSeconds).toBeGreaterThan(preStopS + graceS + 1);
});

test('images are targets of the Dockerfile, with a version in the overlay', async () => {
  const targets = readDockerfile(await read('Dockerfile')).map(({ name }) => name);
  for (const { spec } of apps) {
    const [{ name, image }] = spec.template.spec.containers;
    expect(targets).toContain(name);
    expect(image).toBe(`registry.example/kieq-${name}:0.3.0`);
  }
});

test('settings and secrets: known keys, each where it belongs, and nothing secret but by example', () => {
  const known = new Map(ENVIRONMENT.map((entry) => [entry.key, entry]));
  const names = apps.map(({ metadata }) => metadata.name);
  const [settings, shared] = [data('ConfigMap', 'kieq'), data('Secret', 'kieq')];
  const own = Object.fromEntries(names.map((name) => [name, data('Secret', name)]));
  const secrets = Object.assign({}, shared, ...Object.values(own));
  const direct = apps.flatMap(({ spec }) => spec.template.spec.containers[0].env.map(({ name }) => name));
  for (const key of [...Object.keys(settings), ...direct]) expect(known.get(key), key).toMatchObject({ secret: false });
  for (const key of Object.keys(secrets)) expect(known.get(key), key).toMatchObject({ secret: true });
  for (const value of Object.values(secrets))
    expect(value).toMatch(/^change-me|^redis:\/\/kieq:change-me@kieq-redis:6379$/);
  const required = ENVIRONMENT.filter((entry) => entry.default === 'required').map(({ key }) => key);
  expect(Object.keys({ ...settings, ...secrets })).toEqual(expect.arrayContaining(required));
  for (const { spec } of apps) {
    const [{ name, envFrom }] = spec.template.spec.containers;
    expect(envFrom).toEqual([
      { configMapRef: { name: 'kieq' } },
      { secretRef: { name: 'kieq' } },
      { secretRef: { name: `kieq-${name}`, optional: true } },
    ]);
  }
  // A process has no secret of another one.
  expect(Object.keys(shared)).toEqual(['REDIS_URL']);
  expect(Object.keys(own['kieq-worker'] ?? {})).not.toContain('GATEWAY_API_KEYS');
  expect(Object.keys(own['kieq-gateway'] ?? {})).not.toContain('GATEWAY_WEBHOOK_SECRET');
  expect(Object.keys(own['kieq-dashboard'] ?? {})).toEqual(['DASHBOARD_PASSWORD']);
});

describe('everything selects something', () => {
  const selects = (selector: unknown) => {
    const wanted = Object.entries(labels.parse(selector));
    return workloads.filter(({ spec }) =>
      wanted.every(([name, value]) => spec.template.metadata.labels[name] === value),
    );
  };
  const fields = (one: Manifest, ...path: string[]): unknown =>
    path.reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined),
      one,
    );
  const portsOf = ({ spec }: Workload): string[] => spec.template.spec.containers[0].ports.map(({ name }) => name);

  test.each(ofKind('Deployment', 'StatefulSet', 'PodDisruptionBudget', 'PodMonitor'))('$kind $metadata.name', (one) => {
    expect(selects(fields(one, 'spec', 'selector', 'matchLabels')).length).toBeGreaterThan(0);
  });

  test.each(ofKind('Service'))('$kind $metadata.name leads to a port', (one) => {
    const ports = z.array(z.looseObject({ targetPort: z.string() })).parse(fields(one, 'spec', 'ports'));
    const [target, ...others] = selects(fields(one, 'spec', 'selector'));
    expect(others).toEqual([]);
    for (const { targetPort } of ports) expect(target === undefined ? [] : portsOf(target)).toContain(targetPort);
  });

  test('every pod of ours is closed but for what a policy opens, and every policy selects pods', () => {
    const policies = ofKind('NetworkPolicy');
    for (const policy of policies)
      expect(selects(fields(policy, 'spec', 'podSelector', 'matchLabels')).length).toBeGreaterThan(0);
    const closed = policies.filter(({ metadata }) => metadata.name === 'kieq').map((one) => one['spec']);
    expect(closed).toEqual([expect.objectContaining({ policyTypes: ['Ingress', 'Egress'] })]);
    expect(closed).toEqual([expect.not.objectContaining({ ingress: expect.anything() })]);
    expect(selects({ 'app.kubernetes.io/name': 'kieq' })).toHaveLength(apps.length);
  });

  test('the scaler counts waiting jobs of queues that exist, for a deployment that exists', () => {
    const [scaler] = ofKind('ScaledObject');
    const spec = z
      .looseObject({
        scaleTargetRef: z.object({ name: z.string() }),
        minReplicaCount: z.int().min(2),
        triggers: z.array(z.looseObject({ metadata: z.object({ listName: z.string(), listLength: z.string() }) })),
      })
      .parse(scaler?.['spec']);
    expect(apps.map(({ metadata }) => metadata.name)).toContain(spec.scaleTargetRef.name);
    const prefix = data('ConfigMap', 'kieq')['KIEQ_PREFIX'] ?? '';
    for (const { metadata } of spec.triggers) {
      const [queue, state] = metadata.listName.slice(prefix.length + 1).split(':');
      expect(metadata.listName.startsWith(`${prefix}:`)).toBe(true);
      expect(QUEUE_NAMES).toContain(queue);
      // `submit` waits by priority, in a sorted set of BullMQ; the others in its list.
      expect(state).toBe(queue === 'submit' ? 'prioritized' : 'wait');
    }
  });
});
