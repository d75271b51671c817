import { setTimeout as sleep } from 'node:timers/promises';
import type { GenerationRecord } from '@kieq/ledger';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startProcessPool, until, type ProcessPool } from '../../src/index.ts';

/** How long Kie takes to answer a submission. */
const CALL_MS = 1000;
const EVERY_MS = 100;
/** What a busy machine may add; a generation that waits for a lock or a lease waits for half a minute. */
const SLACK_MS = 3000;
/** This many show how long it takes without a restart. */
const CALM = 10;

let pool: ProcessPool;
beforeEach(async () => {
  pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'rolling',
    simulator: {
      rateLimit: null,
      createLatency: { minMs: CALL_MS, maxMs: CALL_MS },
      queryLatency: { minMs: 0, maxMs: 1 },
      generation: { kind: 'uniform', minMs: 50, maxMs: 100 },
    },
    // Locks and leases are those of production: what a worker leaves behind is taken up after half a minute only.
    env: {
      KIEQ_SUBMIT_LIMIT: '10000',
      KIEQ_POLL_LIMIT_PER_SECOND: '1000',
      KIEQ_SUBMIT_CONCURRENCY: '60',
      KIEQ_TIME_SCALE: '0.05',
      KIEQ_LOCK_MS: '30000',
    },
  });
});
afterEach(() => pool.stop());

// @guarantee G8
test('three workers restarted one by one under load: nothing lost, nothing doubled, none delayed by more than its own call', async () => {
  const workers = await Promise.all([pool.startWorker(), pool.startWorker(), pool.startWorker()]);
  const load = startLoad();
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ succeeded }) => succeeded >= CALM,
  );
  for (const worker of workers) {
    worker.signal('SIGTERM');
    const [exitCode] = await Promise.all([worker.ended, pool.startWorker()]);
    expect(exitCode).toBe(0);
  }
  const ids = await load.stop();
  const ended = await Promise.all(ids.map((id) => pool.recordWhen(id, ({ endedAt }) => endedAt !== undefined)));
  expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['succeeded']));
  const charges = pool.simulator.ledger.chargesByPrompt();
  expect(charges.size).toBe(ids.length);
  expect([...charges].filter(([, count]) => count !== 1)).toEqual([]);
  expect(pool.simulator.ledger.submissions()).toHaveLength(ids.length);

  const undisturbedMs = Math.max(...ended.slice(0, CALM).map(tookMs));
  const delays = ended.slice(CALM).map((record) => tookMs(record) - undisturbedMs);
  expect(Math.max(...delays)).toBeLessThanOrEqual(CALL_MS + SLACK_MS);
});

function tookMs({ createdAt, endedAt }: GenerationRecord): number {
  return (endedAt ?? Infinity) - createdAt;
}

/** Enqueues one generation after the other until it is stopped. */
function startLoad(): { readonly ids: readonly string[]; stop(): Promise<readonly string[]> } {
  const ids: string[] = [];
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      ids.push(...(await pool.enqueue([`video ${ids.length}`])));
      await sleep(EVERY_MS);
    }
  })();
  return {
    ids,
    async stop() {
      stopping.abort();
      await running;
      return ids;
    },
  };
}
