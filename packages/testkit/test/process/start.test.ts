import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/local-redis';
import { afterEach, beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { listenAnywhere } from '../../src/free-port.ts';
import { startApp, startProcessPool, TEST_KEY, type ProcessPool } from '../../src/index.ts';

const CACHE_DIR = fileURLToPath(new URL('../../../../.kieq', import.meta.url));

let pool: ProcessPool;
beforeEach(async () => {
  pool = await startProcessPool({ redisUrl: inject('redisUrl'), name: 'start', env: { KIEQ_TIME_SCALE: '0.05' } });
});
afterEach(() => pool.stop());

test('a wrong environment: every problem at once, exit code 2', async () => {
  const started = startApp('worker', { KIEQ_SUBMIT_LIMIT: 'many', KIEQ_ON_UNKNOWN: 'maybe' });
  await expect(started).rejects.toThrow(/ended with 2/);
  for (const key of ['REDIS_URL', 'KIE_API_KEY', 'KIEQ_SUBMIT_LIMIT', 'KIEQ_ON_UNKNOWN'])
    await expect(started).rejects.toThrow(key);
});

test('a Redis that may evict is refused, with what to do', async () => {
  const redis = await startLocalRedis({ cacheDir: CACHE_DIR, settings: { 'maxmemory-policy': 'allkeys-lru' } });
  try {
    const started = startApp('worker', { ...pool.env, REDIS_URL: redis.url });
    await expect(started).rejects.toThrow(/ended with 2/);
    await expect(started).rejects.toThrow(/noeviction/);
  } finally {
    await redis.stop();
  }
});

// @guarantee G1
test('a durability that this Redis can never confirm is refused: nothing would ever be sent', async () => {
  const started = pool.startWorker({ KIEQ_INTENT_DURABILITY: 'fsync' });
  await expect(started).rejects.toThrow(/ended with 2/);
  await expect(started).rejects.toThrow(/KIEQ_INTENT_DURABILITY=fsync/);
});

test('a worker that differs from its pool refuses to start and says how to change it', async () => {
  await pool.startWorker();
  const other = pool.startWorker({ KIEQ_SUBMIT_LIMIT: '19' });
  await expect(other).rejects.toThrow(/submitLimit: the pool has 20, this worker 19/);
  await expect(other).rejects.toThrow(/kieq config set/);
});

// @guarantee G3
test('a key of another account is refused', async () => {
  await pool.startWorker();
  await expect(pool.startWorker({ KIE_API_KEY: 'another-key-0123456789' })).rejects.toThrow(/accountFingerprint/);
});

test('KIE_BASE_URL with /api/v1 is understood and reported, also for a pool that stored it unchanged', async () => {
  const given = `${pool.simulator.url}/api/v1/`;
  // As the version before kept it.
  await pool.ledger.settings.overwrite({ baseUrl: `${pool.simulator.url}/api/v1` });
  const [worker, gateway] = [
    await pool.startWorker({ KIE_BASE_URL: given }),
    await pool.startGateway({ KIE_BASE_URL: given }),
  ];
  for (const one of [worker, gateway]) {
    const { warning } = await one.logged(({ msg }) => msg === 'environment');
    expect(warning).toContain('KIE_BASE_URL ends in /api/v1, which kieq removes');
  }
  expect(worker.first['kie']).toBe(pool.simulator.url);
  const [id = ''] = await pool.enqueue(['at the right address']);
  await pool.recordWhen(id, ({ state }) => state === 'generating' || state === 'succeeded');
  // The settings with which workers of the previous version compare themselves are unchanged.
  expect((await pool.ledger.settings.stored())['baseUrl']).toBe(`${pool.simulator.url}/api/v1`);
});

test('a secret that protects nothing is named by every process that uses it, and not shown', async () => {
  const more = { GATEWAY_WEBHOOK_SECRET: 'change-me' };
  const dashboard = await startApp('dashboard', {
    ...pool.env,
    DASHBOARD_PORT: '0',
    DASHBOARD_HOST: '0.0.0.0',
    DASHBOARD_USER: 'me',
    DASHBOARD_PASSWORD: '1',
  });
  // The pool does not know it, so it would live on.
  onTestFinished(async () => {
    dashboard.signal('SIGTERM');
    await dashboard.ended;
  });
  const started = [
    await pool.startWorker(more),
    await pool.startGateway({ ...more, GATEWAY_HOST: '0.0.0.0', GATEWAY_API_KEYS: 'zq7:*' }),
    dashboard,
  ];
  const keys = ['GATEWAY_WEBHOOK_SECRET', 'GATEWAY_API_KEYS', 'DASHBOARD_PASSWORD'];
  for (const [i, process] of started.entries()) {
    const { warning } = await process.logged((line) => String(line['warning']).startsWith(keys[i] ?? '-'));
    expect(warning).toContain('the next version will refuse it');
    expect(process.output()).not.toMatch(/change-me|zq7/);
  }
});

test('a taken port: exit code 2 and the keys to change', async () => {
  const taken = createServer();
  const port = String(await listenAnywhere(taken));
  onTestFinished(() => void taken.close());
  // One after the other: the failure of one that is not awaited yet would count as unhandled.
  for (const [start, key] of [
    [() => pool.startWorker({ WORKER_METRICS_PORT: port }), 'WORKER_METRICS_PORT'],
    [() => pool.startGateway({ GATEWAY_PORT: port }), 'GATEWAY_PORT'],
  ] as const) {
    const started = start();
    await expect(started).rejects.toThrow(/ended with 2: .*EADDRINUSE/s);
    await expect(started).rejects.toThrow(key);
    await expect(started).rejects.not.toThrow(/^ {4}at /m);
  }
});

test('a worker that cannot read the balance says so, and what that means, and starts all the same', async () => {
  const well = await pool.startWorker();
  expect(await well.logged(({ msg }) => msg === 'Kie accepts the key')).toMatchObject({ balance: expect.any(Number) });
  pool.simulator.configure({ apiKey: 'another-key' });
  const worker = await pool.startWorker();
  const line = await worker.logged(({ code }) => code === 'unauthorized');
  expect(line).toMatchObject({
    level: 'warn',
    kie: pool.simulator.url,
    advice: expect.stringContaining('KIE_API_KEY'),
  });
  expect(line['msg']).toContain('Kie did not return the balance');
  const ready = await fetch(`${String(worker.first['ops'])}/readyz`);
  expect(ready.status).toBe(200);
});

// @guarantee G7
test('health, readiness and metrics answer; the log names generation, attempt, task and job, and no secret', async () => {
  const worker = await pool.startWorker();
  const [id = ''] = await pool.enqueue(['observed']);
  pool.simulator.finish();
  const accepted = await worker.logged(({ msg }) => msg === 'Kie accepted');
  expect(accepted).toMatchObject({ generation: id, attempt: 1, job: `${id}-1`, latencyMs: expect.any(Number) });
  expect(accepted['task']).toBe(pool.simulator.ledger.tasks()[0]?.taskId);

  const ops = String(worker.first['ops']);
  const [health, ready, metrics] = await Promise.all(
    ['healthz', 'readyz', 'metrics'].map((path) => fetch(`${ops}/${path}`)),
  );
  expect([health?.status, ready?.status]).toEqual([200, 200]);
  const text = (await metrics?.text()) ?? '';
  for (const series of [
    'kieq_submissions_total{class="accepted"} 1',
    'kieq_generations{state="generating"}',
    'kieq_gate_closed{reason="credits"} 0',
  ]) {
    expect(text).toContain(series);
  }
  expect(worker.output() + text).not.toContain(TEST_KEY);
});

test('a generation that goes well is one line of the log when Kie accepts it, and one when it ends', async () => {
  const worker = await pool.startWorker();
  const [id = ''] = await pool.enqueue(['quiet']);
  await worker.logged(({ msg }) => msg === 'Kie accepted');
  pool.simulator.finish();
  await worker.logged(({ msg }) => msg === 'verdict');
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  worker.signal('SIGTERM');
  expect(await worker.ended).toBe(0);

  const lines = worker.log.filter(({ generation }) => generation === id);
  expect(lines.map(({ msg }) => msg)).toEqual(['Kie accepted', 'verdict']);
});
