import { readEvents } from '@kieq/ledger';
import { describe, test } from 'vitest';
import { until, type PoolFixture, type PoolFixtureOptions } from '../../src/index.ts';
import { charges, inState, numbered, openPool, records, redriveAll } from './support.ts';

/** Probes every 0.2 s, growing to 0.4 s. */
const PROBES = { probeFirstMs: 200, probeCapMs: 400, sweepMs: 50 };
const PRICE = 55;

function creditsGate(pool: PoolFixture, timeoutMs?: number) {
  return until(
    async () => (await pool.ledger.gates.closed()).find(({ reason }) => reason === 'credits'),
    () => true,
    timeoutMs,
  );
}

/** Waits until the balance was asked for this many more times. */
async function probes(pool: PoolFixture, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const before = (await pool.ledger.read.stats())['balanceAt'] ?? 0;
    await until(
      () => pool.ledger.read.stats(),
      (stats) => (stats['balanceAt'] ?? 0) > before,
    );
  }
}

/** When the credits gate last opened, by the ledger's clock. */
async function openedAt(pool: PoolFixture): Promise<number> {
  let at = 0;
  let after = '0-0';
  for (;;) {
    const events = await readEvents(pool.redis.client, pool.ledger.root, after, 1);
    if (events.length === 0) return at;
    for (const { id, event, state } of events) {
      after = id;
      if (event === 'gate-open' && state === 'credits') at = Number(id.split('-')[0]);
    }
  }
}

const refusals = (pool: PoolFixture) => pool.simulator.ledger.submissions().filter(({ code }) => code === 402);

/** A pool whose known model costs `PRICE`, with this many credits. */
function options(
  credits: number,
  more: Partial<PoolFixtureOptions> = {},
): Omit<PoolFixtureOptions, 'redisUrl' | 'name'> {
  return {
    timings: PROBES,
    ...more,
    simulator: { credits, createLatency: { minMs: 20, maxMs: 40 }, ...more.simulator },
  };
}

describe.concurrent('credits run out', () => {
  // @guarantee G5
  test('in the middle of a backlog: the fleet stops at the refusal and resumes automatically after a top-up', async (context) => {
    const { expect } = context;
    const [WORKERS, CONCURRENCY, BACKLOG, PAID] = [3, 3, 80, 30];
    const pool = await openPool(
      context,
      'credits',
      options(PAID * PRICE, { workers: WORKERS, concurrency: CONCURRENCY }),
    );
    const ids = await pool.enqueue(...numbered('n', BACKLOG));
    const gate = await creditsGate(pool);
    await inState(pool, 'submitting', 0);
    await probes(pool, 2);

    expect(pool.simulator.ledger.counts.created).toBe(PAID);
    expect(refusals(pool).length).toBeGreaterThan(0);
    expect(refusals(pool).length).toBeLessThanOrEqual(WORKERS * CONCURRENCY);
    // Every POST so far, early or late, belongs to an attempt that was admitted before the first refusal was recorded.
    const stopped = await records(pool, ids);
    const attempts = stopped.flatMap((record) => record.attempts);
    expect(attempts).toHaveLength(pool.simulator.ledger.submissions().length);
    expect(Math.max(...attempts.map(({ admittedAt }) => admittedAt))).toBeLessThanOrEqual(gate.since);
    expect(stopped.filter(({ state }) => state === 'dead')).toEqual([]);

    const toppedUpAt = Date.now();
    pool.simulator.topUp(BACKLOG * PRICE);
    await inState(pool, 'succeeded', BACKLOG);
    // A probe interval, a round of the sweeper, and what a busy machine adds.
    expect((await openedAt(pool)) - toppedUpAt).toBeLessThan(PROBES.probeCapMs + 2000);
    expect(charges(pool)).toEqual(Object.fromEntries(numbered('n', BACKLOG).map((prompt) => [prompt, 1])));
  });

  // @guarantee G2
  test('for too long: the rest ends as insufficient_credits, and is redriven by class after a top-up', async (context) => {
    const { expect } = context;
    const pool = await openPool(
      context,
      'credits',
      options(3 * PRICE, { concurrency: 2, settings: { creditDeadlineMs: 500 } }),
    );
    const ids = await pool.enqueue(...numbered('n', 12));
    const gate = await creditsGate(pool);
    await inState(pool, 'dead', 9);
    await inState(pool, 'succeeded', 3);

    const deadLetters = (await records(pool, ids)).flatMap(({ deadLetter }) => deadLetter ?? []);
    expect(new Set(deadLetters.map((deadLetter) => deadLetter.class))).toEqual(new Set(['insufficient_credits']));
    expect(Math.min(...deadLetters.map(({ openedAt: at }) => at))).toBeGreaterThanOrEqual(gate.since + 500);

    pool.simulator.topUp(100 * PRICE);
    await until(
      () => pool.ledger.gates.closed(),
      (gates) => gates.length === 0,
    );
    const dry = await redriveAll(pool, 'insufficient_credits', { dryRun: true });
    expect(dry.map(({ kind }) => kind)).toEqual(Array.from({ length: 9 }, () => 'would_resume'));
    expect((await pool.ledger.read.deadLetterCounts()).insufficient_credits).toBe(9);
    const resumed = await redriveAll(pool, 'insufficient_credits');
    expect(resumed.map(({ kind }) => kind)).toEqual(Array.from({ length: 9 }, () => 'resumed'));
    await inState(pool, 'succeeded', 12);
    expect(charges(pool)).toEqual(Object.fromEntries(numbered('n', 12).map((prompt) => [prompt, 1])));
  });

  test('the known price decides: one credit less keeps the gate closed', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'credits', options(0));
    const [id = ''] = await pool.enqueue('priced');
    await creditsGate(pool);
    pool.simulator.topUp(PRICE - 1);
    await probes(pool, 2);
    expect(await pool.ledger.gates.closed()).toMatchObject([{ reason: 'credits', need: PRICE, refusals: 1 }]);
    pool.simulator.topUp(1);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(pool.simulator.ledger.submissions()).toHaveLength(2);
    expect(charges(pool)).toEqual({ priced: 1 });
  });

  test('an unknown price: the gate opens only when the balance exceeds that at the refusal', async (context) => {
    const { expect } = context;
    const pool = await openPool(
      context,
      'credits',
      options(50, { simulator: { models: ['other/model'], defaultPrice: 100 } }),
    );
    const handle = await pool.producer.enqueue({ model: 'other/model', input: { prompt: 'unpriced' } });
    await creditsGate(pool);
    await probes(pool, 3);
    expect(await pool.ledger.gates.closed()).toMatchObject([{ reason: 'credits', balanceAtRefusal: 50, refusals: 1 }]);
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);

    // More than before, and still too little: asked once, refused, and from then on that balance counts.
    pool.simulator.topUp(10);
    await until(
      () => pool.ledger.gates.closed(),
      ([gate]) => gate?.balanceAtRefusal === 60,
    );
    await probes(pool, 2);
    expect(refusals(pool)).toHaveLength(2);
    pool.simulator.topUp(40);
    expect((await handle.result({ timeoutMs: 10_000 })).state).toBe('succeeded');
    expect(charges(pool)).toEqual({ unpriced: 1 });
  });

  test('while the balance cannot be asked the gate stays closed, and the next probe opens it', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'credits', options(0));
    pool.simulator.script([{ on: 'credit', when: { times: 2 }, fault: { kind: 'code', code: 500 } }]);
    const [id = ''] = await pool.enqueue('unasked');
    await creditsGate(pool);
    pool.simulator.topUp(PRICE);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(pool.simulator.summary().faultsLeft).toBe(0);
    expect(charges(pool)).toEqual({ unasked: 1 });
  });
});
