import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startMain, testRedis, until, type AppProcess, type TestRedis } from '@kieq/testkit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { environmentOf, readDockerfile, wholeStage } from '../support/dockerfile.ts';
import { read, ROOT } from '../support/files.ts';
import { rehearseBuild } from '../support/rehearse.ts';

const run = promisify(execFile);
/** An unprivileged user, like `node` in the image: only root can switch to another user. */
const NO_OWNER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const KEY = 'test-key-0123456789';

let folder: string;
let out: string;
let redis: TestRedis;
const processes: AppProcess[] = [];

beforeAll(async () => {
  redis = await testRedis(inject('redisUrl'), 'layout');
  folder = await mkdtemp(join(tmpdir(), 'kieq-layout-'));
  out = await rehearseBuild(folder);
  await chmod(folder, 0o755);
}, 840_000);

afterAll(async () => {
  for (const one of processes) one.signal('SIGKILL');
  await Promise.all(processes.map(({ ended }) => ended));
  await redis.cleanup();
  await rm(folder, { recursive: true, force: true });
});

/** Starts an app from its layout as its container does: its directory, its user, its environment. */
async function start(target: string, env: Readonly<Record<string, string>>): Promise<AppProcess> {
  const image = environmentOf(wholeStage(readDockerfile(await read('Dockerfile')), target));
  const hosts = [...image.keys()].filter((key) => key.endsWith('_HOST'));
  const ports = [...image.keys()].filter((key) => key.endsWith('_PORT'));
  // On this machine only loopback and free ports.
  const here = [...hosts.map((key) => [key, '127.0.0.1']), ...ports.map((key) => [key, '0'])];
  const started = await startMain(target, join(out, target, 'dist/main.js'), {
    cwd: join(out, target),
    env: { NODE_ENV: 'production', ...Object.fromEntries(here), ...env },
    ...NO_OWNER,
  });
  processes.push(started);
  return started;
}

/** Of development, or part of the bundles. */
const NOT_INSTALLED =
  /^(@kieq\+|bullmq|commander|got|ioredis|pino@|playwright|prom-client|rolldown|turbo|typescript|vitest)/;

test.each(['worker', 'gateway', 'dashboard', 'simulator', 'cli'])(
  'the layout of %s has its bundle, and only what is not part of it is installed next to it',
  async (app) => {
    expect(await readdir(join(out, app))).toEqual(expect.arrayContaining(['dist', 'node_modules', 'package.json']));
    const packages = await readdir(join(out, app, 'node_modules/.pnpm'));
    expect(packages.filter((name) => NOT_INSTALLED.test(name))).toEqual([]);
  },
);

test('the apps run from it as a user without rights: one generation end to end', async () => {
  const simulator = await start('simulator', { SIM_API_KEY: KEY, SIM_GENERATION_MS: '500' });
  const kie = String(simulator.first['url']);
  const pool = {
    REDIS_URL: redis.url,
    KIEQ_PREFIX: redis.prefix,
    KIE_API_KEY: KEY,
    KIE_BASE_URL: kie,
    KIE_UPLOAD_URL: kie,
  };
  const files = { UPLOAD_STORE_URL: `file://${join(folder, 'data')}`, KIEQ_TIME_SCALE: '0.05' };
  const [gateway, worker, dashboard] = await Promise.all([
    start('gateway', { ...pool, ...files }),
    start('worker', { ...pool, ...files }),
    start('dashboard', pool),
  ]);
  const url = String(gateway.first['url']);

  const created = await fetch(`${url}/v1/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'kling-2.6/image-to-video',
      input: { prompt: 'a slow pan', image_urls: ['https://example.com/a.png'], sound: false, duration: '5' },
    }),
  });
  expect(created.status).toBe(201);
  const { id } = z.looseObject({ id: z.string() }).parse(await created.json());
  const look = async () =>
    z.looseObject({ state: z.string() }).parse(await (await fetch(`${url}/v1/generations/${id}`)).json());
  await until(look, ({ state }) => state === 'succeeded', 60_000);

  expect((await fetch(`${String(dashboard.first['url'])}/healthz`)).status).toBe(200);
  const { stdout } = await run('node', ['dist/main.js', 'show', id, '--json'], {
    cwd: join(out, 'cli'),
    env: { PATH: process.env['PATH'], REDIS_URL: redis.url, KIEQ_PREFIX: redis.prefix },
  });
  expect(JSON.parse(stdout)).toMatchObject({ id, state: 'succeeded' });

  worker.signal('SIGTERM');
  gateway.signal('SIGTERM');
  expect(await Promise.all([worker.ended, gateway.ended])).toEqual([0, 0]);
}, 120_000);

test('the health check of a container: 0 while the app answers, 1 afterwards', async () => {
  const worker = await start('worker', {
    REDIS_URL: redis.url,
    KIEQ_PREFIX: `${redis.prefix}:health`,
    KIE_API_KEY: KEY,
    KIE_BASE_URL: 'http://127.0.0.1:9',
  });
  const port = new URL(String(worker.first['ops'])).port;
  const check = (): Promise<number> =>
    run('node', ['deploy/health.mjs', 'WORKER_METRICS_PORT'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], WORKER_METRICS_PORT: port },
    }).then(
      () => 0,
      (error: unknown) => z.looseObject({ code: z.number() }).parse(error).code,
    );
  expect(await check()).toBe(0);
  worker.signal('SIGTERM');
  await worker.ended;
  expect(await check()).toBe(1);
}, 60_000);
