import { Writable } from 'node:stream';
import { readStatus } from '@kieq/queue';
import { createLogger } from '@kieq/telemetry';
import { describe, test } from 'vitest';
import { until, type PoolFixture } from '../../src/index.ts';
import { charges, inState, numbered, one, openPool, posts, records } from './support.ts';

function gate(pool: PoolFixture, reason: string) {
  return until(
    async () => (await pool.ledger.gates.closed()).find((closed) => closed.reason === reason),
    () => true,
  );
}

/** Every attempt of the generations, in the order of admission. */
async function attempts(pool: PoolFixture, ids: readonly string[]) {
  const all = (await records(pool, ids)).flatMap((record) => record.attempts);
  return all.toSorted((a, b) => a.admittedAt - b.admittedAt);
}

const eachOnce = (prompts: readonly string[]) => Object.fromEntries(prompts.map((prompt) => [prompt, 1]));

describe.concurrent('gates', () => {
  // @guarantee G5
  test('unreachable: closes after several in a row, lets only canaries try, and heals', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'gates', {
      workers: 2,
      concurrency: 3,
      timings: { unreachableFirstMs: 100, unreachableCapMs: 400 },
    });
    await pool.simulator.stop();
    const prompts = numbered('n', 20);
    const ids = await pool.enqueue(...prompts);
    const { since } = await gate(pool, 'unreachable');
    await until(
      () => attempts(pool, ids),
      (all) => all.filter(({ canary }) => canary === true).length >= 3,
    );
    const closedBy = await attempts(pool, ids);
    expect(closedBy.filter(({ admittedAt }) => admittedAt <= since).length).toBeGreaterThanOrEqual(5);
    expect(closedBy.filter(({ admittedAt, canary }) => admittedAt > since && canary !== true)).toEqual([]);
    expect((await pool.ledger.read.window()).entries).toBeLessThanOrEqual(1);

    await pool.simulator.start();
    await inState(pool, 'succeeded', prompts.length);
    expect(await pool.ledger.gates.closed()).toEqual([]);
    expect(charges(pool)).toEqual(eachOnce(prompts));
    expect(pool.simulator.ledger.submissions()).toHaveLength(prompts.length);
  });

  // @guarantee G5
  test('bad key: only canaries are sent meanwhile, ever slower; the log reports it; the right key opens the gate', async (context) => {
    const { expect } = context;
    const lines: string[] = [];
    const destination = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
    const pool = await openPool(context, 'gates', {
      workers: 2,
      concurrency: 3,
      timings: { canaryFirstMs: 100, canaryCapMs: 300 },
      logger: createLogger({ name: 'test', destination }),
    });
    pool.simulator.configure({ apiKey: 'another-key' });
    const prompts = numbered('n', 10);
    const ids = await pool.enqueue(...prompts);
    const { since } = await gate(pool, 'bad-key');
    await until(
      () => attempts(pool, ids),
      (all) => all.filter(({ canary }) => canary === true).length >= 4,
    );
    const sent = pool.simulator.ledger.submissions().length;
    const all = await attempts(pool, ids);
    const canaries = all.filter(({ admittedAt }) => admittedAt > since);
    expect(canaries.every(({ canary }) => canary === true)).toBe(true);
    expect(all.length - canaries.length).toBeLessThanOrEqual(2 * 3);
    const pauses = canaries.slice(1).map(({ admittedAt }, i) => admittedAt - (canaries[i]?.admittedAt ?? 0));
    expect(pauses[0]).toBeGreaterThanOrEqual(100);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(300);
    // The POST of the last canary may still be on its way.
    expect(sent).toBeLessThanOrEqual(all.length);
    expect(lines.some((line) => line.includes('"level":"error"') && line.includes('KIE_API_KEY'))).toBe(true);

    pool.simulator.configure({ apiKey: 'test-key-0123456789' });
    await inState(pool, 'succeeded', prompts.length);
    expect(charges(pool)).toEqual(eachOnce(prompts));
  });

  // @guarantee G5
  test('paused by a person: tasks are still polled, nothing new is sent until it is opened', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'gates', { simulator: { generation: { kind: 'fixed', ms: 800 } } });
    const running = await one(pool, 'running');
    await pool.recordWhen(running, ({ state }) => state === 'generating');
    await pool.ledger.gates.pause('the account is audited');
    const waiting = await one(pool, 'waiting');
    await pool.recordWhen(running, ({ state }) => state === 'succeeded');

    const status = await readStatus(pool.ledger, pool.queues);
    expect(status).toMatchObject({
      binding: 'paused',
      states: { queued: 1 },
      gates: [{ reason: 'paused', mode: 'manual', detail: 'the account is audited' }],
    });
    expect((await pool.ledger.read.generation(waiting))?.attempts).toEqual([]);
    const openedMs = performance.now();
    await pool.ledger.gates.open('paused');
    await pool.recordWhen(waiting, ({ state }) => state === 'generating' || state === 'succeeded');
    // A gate that opens early takes effect within a second (docs/architecture/path.md#taking-jobs); the rest is for a busy
    // machine.
    expect(performance.now() - openedMs).toBeLessThan(2000);
  });

  // @guarantee G5
  test.for([
    { what: 'one window', retryAfter: undefined, leastMs: 400 },
    { what: 'as long as Retry-After says', retryAfter: 1, leastMs: 1000 },
  ])(
    '429: no worker sends for $what, and it costs no attempt of any count',
    async ({ retryAfter, leastMs }, context) => {
      const { expect } = context;
      const pool = await openPool(context, 'gates', { concurrency: 1, settings: { submitWindowMs: 400 } });
      pool.simulator.script([
        { on: 'createTask', fault: { kind: 'envelope429', ...(retryAfter === undefined ? {} : { retryAfter }) } },
      ]);
      const prompts = numbered('n', 3);
      const ids = await pool.enqueue(...prompts);
      await inState(pool, 'succeeded', prompts.length);
      const [refused, next] = pool.simulator.ledger.submissions();
      expect((next?.arrivedAtMs ?? 0) - (refused?.arrivedAtMs ?? 0)).toBeGreaterThanOrEqual(leastMs);
      expect(
        (await records(pool, ids)).map(({ serverErrors, validationRetries }) => serverErrors + validationRetries),
      ).toEqual([0, 0, 0]);
      // The refused one was given back to the head of the queue.
      expect(next?.prompt).toBe(refused?.prompt);
      expect((await pool.ledger.read.window()).learned['cutLimit']).toBe(95);
      expect(charges(pool)).toEqual(eachOnce(prompts));
    },
  );

  test('a queue paused in a dashboard is shown like a gate; the other queue goes on', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'gates', { simulator: { generation: { kind: 'fixed', ms: 800 } } });
    const running = await one(pool, 'running');
    await pool.recordWhen(running, ({ state }) => state === 'generating');
    await pool.queues.submit.pause();
    const waiting = await one(pool, 'waiting');
    await pool.recordWhen(running, ({ state }) => state === 'succeeded');
    expect((await readStatus(pool.ledger, pool.queues)).pausedQueues).toEqual(['submit']);
    expect(posts(pool, 'waiting')).toEqual([]);
    await pool.queues.submit.resume();
    await pool.recordWhen(waiting, ({ state }) => state === 'succeeded');
    expect((await readStatus(pool.ledger, pool.queues)).pausedQueues).toEqual([]);
  });

  test('a gate that an operator opens although its cause persists is closed again by the next refusal', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'gates', {
      concurrency: 1,
      timings: { canaryFirstMs: 60_000, canaryCapMs: 60_000 },
    });
    pool.simulator.script([{ on: 'createTask', when: { times: 2 }, fault: { kind: 'code', code: 455 } }]);
    const id = await one(pool, 'maintained');
    const first = await gate(pool, 'maintenance');
    await pool.ledger.gates.open('maintenance');
    await until(
      () => pool.ledger.gates.closed(),
      ([again]) => again !== undefined && again.since > first.since,
    );
    expect(posts(pool, 'maintained')).toHaveLength(2);
    await pool.ledger.gates.open('maintenance');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ maintained: 1 });
  });
});
