import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ENVIRONMENT } from '@kieq/config';
import { aclRules } from '@kieq/redis';
import { DCLinter } from 'dclint';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readDockerfile } from '../support/dockerfile.ts';
import { read, readYaml, ROOT } from '../support/files.ts';

const service = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.literal('.'), target: z.string() }).optional(),
  profiles: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  env_file: z.unknown().optional(),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  deploy: z.object({ replicas: z.int() }).optional(),
});
const { services, volumes } = await readYaml(
  'docker-compose.yml',
  z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) }),
);
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);

const lintResults = z.array(
  z.object({ messages: z.array(z.object({ rule: z.string(), line: z.number(), message: z.string() })) }),
);

/** Matters of taste: services are in reading order, and our images are built here. */
const OFF = [
  'service-keys-order',
  'services-alphabetical-order',
  'service-ports-alphabetical-order',
  'service-dependencies-alphabetical-order',
  'top-level-properties-order',
  'require-quotes-in-ports',
];

test('it follows the schema of the Compose specification and the rules of the linter', () => {
  const linter = new DCLinter({
    rules: Object.fromEntries(OFF.map((rule) => [rule, 0])),
    quiet: false,
    debug: false,
    exclude: [],
  });
  const results = lintResults.parse(linter.lintFiles([join(ROOT, 'docker-compose.yml')], false));
  const messages = results.flatMap((file) => file.messages);
  expect(messages.map(({ rule, line, message }) => `${rule} ${line}: ${message}`)).toEqual([]);
});

test('what always runs, and what a profile adds', () => {
  const of = (profile: string | undefined): string[] =>
    Object.entries(services)
      .filter(([, { profiles }]) => profiles[0] === profile)
      .map(([name]) => name)
      .toSorted();
  expect(of(undefined)).toEqual(['dashboard', 'gateway', 'redis', 'worker']);
  expect(of('simulator')).toEqual(['simulator']);
  expect(of('monitoring')).toEqual(['grafana', 'prometheus']);
  expect(of('tools')).toEqual(['cli']);
  expect(services['worker']?.deploy?.replicas).toBeGreaterThan(1);
});

test('Redis keeps what it acknowledged and evicts nothing', () => {
  const command = services['redis']?.command.join(' ');
  expect(command).toContain('--appendonly yes');
  expect(command).toContain('--maxmemory-policy noeviction');
  expect(services['redis']?.volumes).toEqual(['redis-data:/data']);
});

test.each(ours)('%s is built from a target, cannot write, has no rights, and may end in peace', async (_, app) => {
  const targets = readDockerfile(await read('Dockerfile')).map(({ name }) => name);
  expect(targets).toContain(app.build?.target);
  expect(app).toMatchObject({
    init: true,
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  const graceMs = Number(ENVIRONMENT.find(({ key }) => key === 'KIEQ_SHUTDOWN_GRACE_MS')?.default);
  expect(Number.parseInt(app.stop_grace_period ?? '', 10) * 1000).toBeGreaterThanOrEqual(graceMs + 2000);
});

/** What each process reads, by its `parseEnvironment`; the dashboard adopts tasks, so it may have the key of the account. */
const READ: Readonly<Record<string, readonly string[]>> = {
  gateway: ['redis', 'kie', 'callbacks', 'gateway', 'proxies', 'outbound', 'files', 'process'],
  worker: ['redis', 'kie', 'callbacks', 'pool', 'worker', 'files', 'outbound', 'process'],
  dashboard: ['redis', 'dashboard', 'proxies', 'files', 'kie', 'process'],
  cli: ['redis', 'kie', 'callbacks', 'pool', 'files', 'client', 'outbound', 'process'],
};
/** What a process could read, and has no use for. */
const WITHHELD: Readonly<Record<string, readonly string[]>> = {
  gateway: ['GATEWAY_WEBHOOK_SECRET'],
  worker: ['KIE_WEBHOOK_HMAC_KEY'],
  dashboard: ['UPLOAD_STORE_URL'],
  cli: ['GATEWAY_WEBHOOK_SECRET'],
};

test.each(Object.keys(READ))('%s gets its own settings and secrets, and nothing else of .env', (name) => {
  const { environment = {}, env_file: file } = services[name] ?? {};
  expect(file).toBeUndefined();
  const known = ENVIRONMENT.filter(({ group }) => READ[name]?.includes(group)).map(({ key }) => key);
  const wanted = known.filter((key) => !WITHHELD[name]?.includes(key));
  // Of Node and of the SDK, which finds the credentials of buckets itself.
  const given = Object.keys(environment).filter((key) => !/^(NODE|AWS)_/.test(key));
  expect(given.toSorted()).toEqual(wanted.toSorted());
});

test('Redis refuses clients without a password, and its one user has the documented rights', async () => {
  expect(services['redis']?.command).toEqual(expect.arrayContaining(['--aclfile', '/usr/local/etc/redis/users.acl']));
  const file = z.object({ configs: z.object({ 'redis-users': z.object({ content: z.string() }) }) });
  const { content } = (await readYaml('docker-compose.yml', file)).configs['redis-users'];
  expect(content).toContain(`user kieq on >\${REDIS_PASSWORD:?set REDIS_PASSWORD in .env} ${aclRules('{kieq}')}\n`);
  expect(content).toMatch(/^user default on nopass .*-@all \+ping$/m);
  for (const name of Object.keys(READ))
    expect(services[name]?.environment['REDIS_URL']).toContain('redis://kieq:${REDIS_PASSWORD:?');
});

test('variables are those that the apps read, and those that it asks for are in .env.example', async () => {
  const known = new Set(ENVIRONMENT.map(({ key }) => key));
  const set = ours.flatMap(([, { environment }]) => Object.keys(environment));
  expect(set.filter((key) => !known.has(key) && !/^(SIM|NODE|AWS)_/.test(key))).toEqual([]);
  const [compose, example] = await Promise.all([read('docker-compose.yml'), read('.env.example')]);
  const asked = [...compose.matchAll(/\$\{(\w+)/g), ...compose.matchAll(/environment: ([A-Z_]+)$/gm)];
  expect(asked.length).toBeGreaterThan(3);
  for (const [, key] of asked) expect(example).toMatch(new RegExp(`^#? ?${key}=`, 'm'));
});

test('only this machine reaches a port, and no folder is missing', async () => {
  const all = Object.values(services);
  for (const port of all.flatMap(({ ports }) => ports)) expect(port).toMatch(/^127\.0\.0\.1:/);
  for (const [source = ''] of all.flatMap((one) => one.volumes.map((volume) => volume.split(':')))) {
    if (source.startsWith('./')) await stat(join(ROOT, source));
    else expect(Object.keys(volumes)).toContain(source);
  }
});

test('images of others have a version', () => {
  const images = Object.values(services).flatMap(({ image }) => image ?? []);
  expect(images).toHaveLength(3);
  for (const image of images) expect(image).toMatch(/:v?\d+\.\d+/);
});

test('the services that write uploaded images and those that read them have the same store', () => {
  for (const name of ['gateway', 'worker', 'cli']) {
    const { environment = {}, volumes: mounted = [] } = services[name] ?? {};
    expect(environment['UPLOAD_STORE_URL'], name).toBe('${UPLOAD_STORE_URL:-file:///data/uploads}');
    expect(mounted, name).toContain('data:/data');
  }
});
