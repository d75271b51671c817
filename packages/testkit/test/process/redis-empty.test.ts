import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/local-redis';
import { expect, test } from 'vitest';
import { startProcessPool, testRequest, until } from '../../src/index.ts';

const CACHE_DIR = fileURLToPath(new URL('../../../../.kieq', import.meta.url));
const ENV = { KIEQ_SUBMIT_LIMIT: '7', KIEQ_SUBMIT_WINDOW_MS: '1000', KIEQ_TIME_SCALE: '0.05', KIEQ_LOCK_MS: '2000' };

// @guarantee G1
test('Redis comes back empty: nothing is submitted again, the log names the task, the limits hold, new work is done', async ({
  onTestFinished,
}) => {
  const redis = await startLocalRedis({ cacheDir: CACHE_DIR });
  onTestFinished(() => redis.stop());
  const simulator = { createLatency: { minMs: 1, maxMs: 1 }, generation: { kind: 'fixed', ms: 600_000 } } as const;
  const pool = await startProcessPool({ redisUrl: redis.url, name: 'empty', simulator, env: ENV });
  onTestFinished(() => pool.stop());
  const worker = await pool.startWorker();
  const [running = ''] = await pool.enqueue(['running']);
  await pool.recordWhen(running, ({ state }) => state === 'generating');
  pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
  const [open = ''] = await pool.enqueue(['open']);
  await pool.simulator.waitUntil(({ held }) => held === 1);
  await pool.ledger.gates.pause('a gate that is lost too');
  // Delayed, since what a worker has just in hand comes back with it: a job that was never started makes its record.
  const { id: queued } = await pool.producer.enqueue(testRequest('queued'), { delayMs: 60_000 });
  const settings = await pool.ledger.settings.stored();

  await redis.restart('SIGKILL');
  pool.simulator.release();
  const told = await worker.logged(({ msg }) => msg === 'the ledger did not take an accepted task');
  const task = pool.simulator.ledger.tasks().find(({ prompt }) => prompt === 'open');
  expect(told).toMatchObject({ generation: open, task: task?.taskId });
  await worker.logged(({ msg }) => msg.startsWith('Redis has lost the data of the pool'));
  await until(
    () => pool.ledger.settings.stored(),
    ({ submitLimit }) => submitLimit === '7',
  );
  expect(await pool.ledger.settings.stored()).toEqual(settings);
  for (const id of [running, open, queued]) expect(await pool.ledger.read.generation(id)).toBeUndefined();

  // The producer fails fast while it has no connection yet.
  const [fresh = ''] = await until(
    () => pool.enqueue(['fresh']).catch(() => undefined),
    () => true,
  );
  await pool.recordWhen(fresh, ({ state }) => state === 'generating');
  pool.simulator.finish();
  await pool.recordWhen(fresh, ({ state }) => state === 'succeeded');
  expect(Object.fromEntries(pool.simulator.ledger.chargesByPrompt())).toEqual({ running: 1, open: 1, fresh: 1 });
});
