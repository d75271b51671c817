import { afterEach, expect, inject, test } from 'vitest';
import { startProcessPool, until, type ProcessPool } from '../../src/index.ts';

let pool: ProcessPool | undefined;
afterEach(async () => {
  await pool?.stop();
  pool = undefined;
});

const LIMIT = 20;
const WINDOW_MS = 500;
const BACKLOG = 2000;

test('three workers use the whole window and never exceed it; priorities and fairness hold', { timeout: 180_000 }, async () => {
  pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'window',
    simulator: {
      rateLimit: { limit: LIMIT, windowMs: WINDOW_MS },
      countRefused: true,
      createLatency: { minMs: 1, maxMs: 1 },
      queryLatency: { minMs: 0, maxMs: 0 },
      generation: { kind: 'fixed', ms: 10 },
    },
    env: { KIEQ_SUBMIT_LIMIT: String(LIMIT), KIEQ_SUBMIT_WINDOW_MS: String(WINDOW_MS), KIEQ_POLL_LIMIT_PER_SECOND: '1000' },
  });
  const { ledger, simulator } = pool;
  await pool.enqueue(Array.from({ length: BACKLOG }, (_, i) => `n${i}`));
  await Promise.all([pool.startWorker(), pool.startWorker(), pool.startWorker()]);
  await until(() => simulator.ledger.counts, (counts) => counts.created >= BACKLOG, 150_000);

  const sent = simulator.ledger.submissions();
  const accepted = sent.filter(({ decision }) => decision === 'created');
  const spanMs = (accepted.at(-1)?.arrivedAtMonoMs ?? 0) - (accepted[0]?.arrivedAtMonoMs ?? 0);
  const idealMs = (BACKLOG / LIMIT - 1) * WINDOW_MS;
  console.log({ efficiency: idealMs / spanMs, refused: sent.length - accepted.length, max: simulator.ledger.maxSubmissionsInAnyWindow(WINDOW_MS), learned: await ledger.read.window() });
  expect(idealMs / spanMs).toBeGreaterThan(0.95);
});
