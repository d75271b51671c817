import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/redis';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
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

test('a key of another account is refused', async () => {
  await pool.startWorker();
  await expect(pool.startWorker({ KIE_API_KEY: 'another-key-0123456789' })).rejects.toThrow(/accountFingerprint/);
});

test('health, readiness and metrics answer; the log tells generation, attempt, task and job, and no secret', async () => {
  const worker = await pool.startWorker();
  const [id = ''] = await pool.enqueue(['observed']);
  pool.simulator.finish();
  const submitted = await worker.logged(({ msg }) => msg === 'submitted');
  expect(submitted).toMatchObject({ generation: id, attempt: 1, job: `${id}-1` });
  expect(submitted['task']).toBe(pool.simulator.ledger.tasks()[0]?.taskId);

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
