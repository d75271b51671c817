import { VERSION } from '@kieq/domain';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startPool } from '../../../testkit/src/pool.ts';
import { isManned, readStatus, workersByVersion } from '../../src/index.ts';

async function openPool(options: { readonly workers: number }) {
  const pool = await startPool({ redisUrl: inject('redisUrl'), name: 'workforce', ...options });
  onTestFinished(() => pool.stop());
  return { ...pool, status: () => readStatus(pool.ledger, pool.queues) };
}

test('a worker is there from its start to its stop, and the pool knows when it was seen last', async () => {
  const pool = await openPool({ workers: 1 });
  const { workers, binding } = await pool.status();
  expect(workers.announced).toEqual([
    {
      id: 'worker-1',
      version: VERSION,
      host: 'test',
      sinceMs: expect.any(Number),
      seenMs: expect.any(Number),
      queues: { submit: 20, poll: 20, notify: 20 },
    },
  ]);
  expect([binding, workers.hasEarlier, workersByVersion(workers)]).toEqual([null, false, new Map([[VERSION, 1]])]);

  await pool.stopWorkers();
  const after = await pool.status();
  expect(after).toMatchObject({ binding: 'no-worker', workers: { announced: [], hasEarlier: false } });
  expect(after.workers.lastSeenMs).toBeGreaterThanOrEqual(workers.announced[0]?.seenMs ?? Infinity);
});

test('a worker announces itself again, and keeps its start time', async () => {
  const pool = await openPool({ workers: 1 });
  const [first] = (await pool.status()).workers.announced;
  await expect
    .poll(async () => (await pool.status()).workers.announced[0]?.seenMs)
    .toBeGreaterThan(first?.seenMs ?? Infinity);
  expect((await pool.status()).workers.announced[0]?.sinceMs).toBe(first?.sinceMs);
});

test('a worker whose announcement Redis lost is there again by itself', async () => {
  const pool = await openPool({ workers: 1 });
  await pool.redis.client.del(`${pool.ledger.root}workers`, `${pool.ledger.root}workers:told`);
  await expect.poll(async () => (await pool.status()).workers.announced.length).toBe(1);
});

test('without a worker the waiting generations are shown, and no-worker as what holds them back', async () => {
  const pool = await openPool({ workers: 0 });
  await pool.enqueue('waits', 'waits too');
  expect(await pool.status()).toMatchObject({
    binding: 'no-worker',
    waiting: 2,
    isEmpty: false,
    workers: { announced: [], hasEarlier: false, lastSeenMs: null },
  });
  await pool.ledger.gates.pause('by hand');
  expect((await pool.status()).binding).toBe('paused');
});

test('a worker of an earlier version, which does not announce itself, is known by the lease of the sweeper', async () => {
  const pool = await openPool({ workers: 0 });
  await pool.ledger.sweep({ worker: 'of-0.2.0', leaseMs: 60_000, limit: 1, vehicleCheckMs: 1 });
  const { workers, binding } = await pool.status();
  expect([binding, isManned(workers), workersByVersion(workers)]).toEqual([null, true, new Map([['earlier', 1]])]);
});

test('a worker of an earlier version that sweeps for longer than its lease is known by its timers', async () => {
  const pool = await openPool({ workers: 0 });
  // As BullMQ writes it when a worker looks for stalled jobs.
  await pool.redis.client.set(pool.queues.poll.toKey('stalled-check'), Date.now(), 'PX', 10_000);
  expect((await pool.status()).workers.hasEarlier).toBe(true);
  // One that announced itself within the last minute may have left it.
  await pool.ledger.workers.leave('of-0.3.0');
  expect(await pool.status()).toMatchObject({ binding: 'no-worker', workers: { hasEarlier: false } });
});

test('under an unused prefix there is nothing', async () => {
  const pool = await openPool({ workers: 0 });
  await pool.ledger.redis.del(`${pool.ledger.root}config`);
  expect(await pool.status()).toMatchObject({ isEmpty: true, waiting: 0, binding: 'no-worker' });
  await pool.ledger.settings.agree({ submitLimit: 20 });
  expect((await pool.status()).isEmpty).toBe(false);
});
