import { fileURLToPath } from 'node:url';
import { startLocalRedis, type LocalRedis } from '@kieq/local-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProcessPool, until, type ProcessPool } from '../../src/index.ts';

const CACHE_DIR = fileURLToPath(new URL('../../../../.kieq', import.meta.url));
const BACKLOG = 200;

let redis: LocalRedis;
let pool: ProcessPool;
beforeEach(async () => {
  redis = await startLocalRedis({ cacheDir: CACHE_DIR, appendonly: true, settings: { appendfsync: 'always' } });
  pool = await startProcessPool({
    redisUrl: redis.url,
    name: 'restart',
    simulator: {
      rateLimit: null,
      createLatency: { minMs: 5, maxMs: 30 },
      generation: { kind: 'uniform', minMs: 50, maxMs: 500 },
    },
    env: {
      KIEQ_SUBMIT_LIMIT: '50',
      KIEQ_SUBMIT_WINDOW_MS: '1000',
      KIEQ_POLL_LIMIT_PER_SECOND: '500',
      KIEQ_TIME_SCALE: '0.05',
      KIEQ_LOCK_MS: '2000',
    },
  });
});
afterEach(async () => {
  await pool.stop();
  await redis.stop();
});

// @guarantee G1
test.each(['SIGTERM', 'SIGKILL'] as const)(
  'Redis ends by %s under load and comes back: nothing lost, nothing doubled',
  async (signal) => {
    await pool.enqueue(Array.from({ length: BACKLOG }, (_, i) => `video ${i}`));
    await Promise.all([pool.startWorker(), pool.startWorker()]);
    await pool.simulator.waitUntil(({ created }) => created >= 60, 30_000);
    await redis.restart(signal);

    await until(
      () => pool.ledger.read.stateCounts(),
      ({ succeeded }) => succeeded === BACKLOG,
      60_000,
    );
    const charges = pool.simulator.ledger.chargesByPrompt();
    expect(charges.size).toBe(BACKLOG);
    expect(Math.max(...charges.values())).toBe(1);
  },
);
