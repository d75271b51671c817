import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLedger } from '@kieq/ledger';
import { openQueues, type Queues } from '@kieq/queue';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { testRedis, type TestRedis } from '../../src/index.ts';
import { CONSUMERS, installChecks, type Checks } from '../support/published-checks.ts';
import {
  BOARD_CJS,
  BOARD_TYPESCRIPT,
  FRAMEWORKS,
  mutatingRoutes,
  readExamples,
  withBoard,
} from '../support/published-bull-board.ts';
import {
  execute,
  importTime,
  installedPackages,
  makeProject,
  npmInstall,
  pack,
  sizeOnDisk,
} from '../support/published.ts';

const ID = 'gen_0000000001';
const QUEUES = ['submit', 'poll', 'archive', 'notify', 'dead-letter'];

let folder: string;
let tarball: string;
let checks: Checks;
/** Has the tarball and its peers. */
let plain: string;
/** Has the tarball and the frameworks. */
let project: string;
let redis: TestRedis;
let queues: Queues;
/** Of the installed Bull Board: what may change something. */
let routes: Awaited<ReturnType<typeof mutatingRoutes>>;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-published-bull-board-'));
  project = join(folder, 'project');
  plain = join(folder, 'plain');
  const examples = Object.entries(await readExamples()).map(([name, code]) => [`${name}.mjs`, code]);
  const types = { 'main.ts': BOARD_TYPESCRIPT, 'main.cts': BOARD_TYPESCRIPT, 'main.mts': BOARD_TYPESCRIPT };
  await makeProject(project, { ...Object.fromEntries(examples), ...types, 'main.cjs': BOARD_CJS });
  await makeProject(plain, {});
  [redis, tarball, checks] = await Promise.all([
    testRedis(inject('redisUrl'), 'published-bull-board'),
    pack('bull-board', folder),
    installChecks(join(folder, 'checks')),
    installAll(FRAMEWORKS),
  ]);
  await Promise.all([installAll([tarball]), npmInstall(plain, [tarball])]);
  routes = await mutatingRoutes(project);
  env = { REDIS_URL: redis.url, KIEQ_PREFIX: redis.prefix };
  queues = openQueues(redis.client, redis.prefix);
  await createLedger({ redis: redis.client, prefix: redis.prefix }).create({
    id: ID,
    payload: '{}',
    hash: 'h',
    tenant: 'shop',
    model: 'kling',
    priority: 100,
    delayMs: 0,
    vehicle: `${ID}-1`,
    vehicleCheckMs: 1000,
    callback: false,
    uploads: false,
  });
  const link = 'https://b.example/a.png?X-Amz-Date=2026&X-Amz-Signature=f00dcafe';
  const data = { v: 1, generation: ID, link, apiKey: 'hidden' };
  await queues.submit.add('kling', data, { jobId: `${ID}-1`, delay: 3_600_000 });
}, 300_000);

afterAll(async () => {
  await queues.close();
  await redis.cleanup();
  await rm(folder, { recursive: true, force: true });
});

/** Some of the frameworks want Node 22, which is not our concern: only our package must install on the floor. */
async function installAll(packages: readonly string[]): Promise<void> {
  await execute(project, 'npm', ['install', '--no-audit', '--no-fund', ...packages]);
}

async function everything(): Promise<string[]> {
  const keys = await redis.client.keys(`${redis.prefix}*`);
  return Promise.all(
    keys.toSorted().map(async (key) => `${key} ${(await redis.client.dumpBuffer(key))?.toString('hex')}`),
  );
}

test.each(['Express', 'Fastify', 'Nest', 'Hono'])(
  'the example of %s lists the queues, shows jobs without secrets, and changes nothing',
  { timeout: 60_000 },
  async (name) => {
    expect(routes.length).toBeGreaterThan(15);
    const before = await everything();
    await withBoard(project, `${name}.mjs`, env, async (url) => {
      const list = await (await fetch(`${url}/api/queues`)).json();
      expect(list).toMatchObject({ queues: QUEUES.map((queue) => ({ name: queue, readOnlyMode: true })) });
      const job = await (await fetch(`${url}/api/queues/submit/${ID}-1`)).text();
      expect(JSON.parse(job)).toMatchObject({
        job: { data: { generation: ID, tenant: 'shop', model: 'kling', state: 'queued', apiKey: '***' } },
      });
      expect(job).not.toMatch(/f00dcafe|hidden/);
      for (const { method, pattern } of routes) {
        const place: Record<string, string> = { queueName: 'submit', jobId: `${ID}-1`, queueStatus: 'delayed' };
        const path = pattern.replaceAll(/:(\w+)/g, (_all, one: string) => place[one] ?? 'x');
        const body = JSON.stringify({ name: 'x', data: {}, jobData: {}, concurrency: 1, runAt: 1, priority: 1 });
        const headers = { 'content-type': 'application/json' };
        const { status } = await fetch(url + path, { method, headers, body });
        // These pause and resume each queue that is not read only: none here.
        const isForAll = pattern === '/api/queues/pause' || pattern === '/api/queues/resume';
        expect([pattern, status >= 400]).toEqual([pattern, !isForAll]);
      }
    });
    expect(await everything()).toEqual(before);
  },
);

test('CommonJS: opens a board, is refused, and ends', { timeout: 60_000 }, async () => {
  const printed = await execute(project, process.execPath, ['main.cjs'], env);
  expect(JSON.parse(printed)).toEqual({ names: QUEUES, refused: 'board_action_refused' });
});

test('the tarball brings few packages', { timeout: 60_000 }, async () => {
  const packages = await installedPackages(plain);
  const mib = await sizeOnDisk(join(plain, 'node_modules'));
  const importMs = await importTime(plain, '@kieq/bull-board');
  const tarballKib = Math.round((await stat(tarball)).size / 1024);
  process.stdout.write(`${JSON.stringify({ bullBoard: { tarballKib, packages: packages.length, mib, importMs } })}\n`);
  expect(
    packages.filter((name) => /^(@aws-sdk|@opentelemetry|@kieq\/(?!bull-board)|got|sharp|zod)/.test(name)),
  ).toEqual([]);
  expect(tarballKib).toBeLessThanOrEqual(500);
});

test.each(CONSUMERS)(
  '$compiler, moduleResolution $moduleResolution: compiles',
  { timeout: 60_000 },
  async (consumer) => {
    // Bull Board and BullMQ need the types of Node, and their own are not checked here.
    expect(await checks.compile(project, consumer, ['--skipLibCheck', '--esModuleInterop'])).toBe('');
  },
);

test('publint and attw find nothing', { timeout: 60_000 }, async () => {
  const { publint, attw } = await checks.lint(tarball);
  expect(publint).toContain('All good');
  expect(attw).toContain('No problems found');
});
