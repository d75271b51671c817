import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/local-redis';
import { expect, onTestFinished, test } from 'vitest';
import { startPool } from '../../src/index.ts';
import { inState, numbered } from './support.ts';

const cacheDir = fileURLToPath(new URL('../../../../.kieq', import.meta.url));
const GENERATIONS = 200;

test('in a backlog a generation costs eight scripts after it was enqueued', async () => {
  // A server of its own: all its scripts are counted.
  const server = await startLocalRedis({ cacheDir });
  onTestFinished(() => server.stop());
  const pool = await startPool({
    redisUrl: server.url,
    name: 'scripts',
    workers: 0,
    settings: { submitLimit: 100_000, pollLimitPerSecond: 100_000 },
    timings: { sweepMs: 60_000, announceMs: 60_000, pollPlanMs: 60_000 },
    // Each task has ended at its first poll.
    simulator: { generation: { kind: 'fixed', ms: 1 } },
  });
  onTestFinished(() => pool.stop());
  await pool.enqueue(...numbered('script', GENERATIONS));
  const before = await scripts(pool.redis.client);
  await pool.addWorker();
  await inState(pool, 'succeeded', GENERATIONS);
  const after = await scripts(pool.redis.client);
  // admit, accept, the job in `poll`, poll, settle, two ends that take the next job along; and a few that came alone.
  // Separate requests for slots and jobs would make eleven of them.
  expect((after - before) / GENERATIONS).toBeLessThan(8.5);
});

async function scripts(redis: { info(section: string): Promise<string> }): Promise<number> {
  const calls = (await redis.info('commandstats')).matchAll(/^cmdstat_evalsha:calls=(\d+)/gm);
  return [...calls].reduce((sum, [, count]) => sum + Number(count), 0);
}
