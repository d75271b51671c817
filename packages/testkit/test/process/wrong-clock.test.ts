import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startProcessPool, until, type ProcessPool } from '../../src/index.ts';

const MINUTES = 60_000;
const LIMIT = 10;
const WINDOW_MS = 500;
const BACKLOG = 40;

let pool: ProcessPool;
beforeEach(async () => {
  pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'clock',
    simulator: {
      rateLimit: { limit: LIMIT, windowMs: WINDOW_MS },
      countRefused: true,
      createLatency: { minMs: 5, maxMs: 20 },
      generation: { kind: 'uniform', minMs: 50, maxMs: 500 },
    },
    env: {
      KIEQ_SUBMIT_LIMIT: String(LIMIT),
      KIEQ_SUBMIT_WINDOW_MS: String(WINDOW_MS),
      KIEQ_SUBMIT_TIMEOUT_MS: '1000',
      KIEQ_TIME_SCALE: '0.05',
      KIEQ_LOCK_MS: '1000',
    },
  });
});
afterEach(() => pool.stop());

/** Starts a worker whose clock is wrong by so much, from its first line on. */
function workerOff(byMs: number) {
  const code = `
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...parts) { if (parts.length === 0) super(Real.now() + ${byMs}); else super(...parts); }
      static now() { return Real.now() + ${byMs}; }
    };`;
  return pool.startWorker({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` });
}

// @guarantee G1
test('workers whose clocks are five minutes ahead and behind share one window; everything is paid once', async () => {
  const prompts = Array.from({ length: BACKLOG }, (_, i) => `video ${i}`);
  const { simulator } = pool;
  await pool.enqueue(prompts);
  const [ahead, behind] = await Promise.all([workerOff(5 * MINUTES), workerOff(-5 * MINUTES)]);
  const [early = 0, late = 0] = [ahead, behind].map(({ first }) => Date.parse(String(first['time'])));
  expect(early - late).toBeGreaterThan(9 * MINUTES);
  await simulator.waitUntil(({ created }) => created === BACKLOG, 30_000);
  expect(simulator.ledger.counts.refused).toBeLessThanOrEqual(1);
  expect(simulator.ledger.maxSubmissionsInAnyWindow(WINDOW_MS)).toBeLessThanOrEqual(LIMIT);
  // A response that is lost with its worker is another case.
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ queued, submitting }) => queued + submitting === 0,
    30_000,
  );
  // BullMQ goes by its worker's clock: what the one ahead has parked only the same one takes in time.
  behind.signal('SIGKILL');
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ succeeded }) => succeeded === BACKLOG,
    60_000,
  );
  expect(Object.fromEntries(simulator.ledger.chargesByPrompt())).toEqual(
    Object.fromEntries(prompts.map((prompt) => [prompt, 1])),
  );
});

// @guarantee G1
test('the lease of a worker that was killed ends by the clock of Redis, also for one that is ahead', async () => {
  const ahead = await workerOff(5 * MINUTES);
  ahead.signal('SIGSTOP');
  const first = await pool.startWorker();
  pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
  const [id = ''] = await pool.enqueue(['open']);
  await pool.simulator.waitUntil(({ held }) => held === 1);
  first.signal('SIGKILL');
  ahead.signal('SIGCONT');
  const { attempts } = await pool.recordWhen(id, ({ state }) => state === 'unknown');
  expect(Date.now()).toBeGreaterThanOrEqual(attempts[0]?.leaseUntil ?? Infinity);
  expect(pool.simulator.ledger.submissions()).toHaveLength(1);
});
