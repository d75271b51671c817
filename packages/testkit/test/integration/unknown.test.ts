import { adopt, type AdoptResult } from '@kieq/queue';
import type { KieClient } from '@kieq/kie';
import { describe, test } from 'vitest';
import { z } from 'zod';
import { TEST_KEY, testRequest, until, type PoolFixture, type PoolFixtureOptions } from '../../src/index.ts';
import { charges, one, openKie, openPool, posts, redrive } from './support.ts';

type Context = Parameters<typeof openPool>[0];

/** No server listens there, so callbacks are lost; the address alone proves whose task it is. */
const PUBLIC_URL = 'http://127.0.0.1:9';
const QUICK = { simulator: { callback: { retries: 0 } } } as const;

interface Lost {
  readonly pool: PoolFixture;
  readonly kie: KieClient;
  readonly id: string;
  readonly taskId: string;
}

/** A generation whose task was created and whose answer was lost. */
async function loseAnswer(
  context: Context,
  options: Omit<PoolFixtureOptions, 'redisUrl' | 'name'> = {},
): Promise<Lost> {
  const pool = await openPool(context, 'unknown', { ...QUICK, ...options });
  const kie = openKie(context, pool);
  const lost = await loseIn(pool, 'lost');
  return { pool, kie, ...lost };
}

async function loseIn(pool: PoolFixture, prompt: string): Promise<{ id: string; taskId: string }> {
  pool.simulator.script([{ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } }]);
  const id = await one(pool, prompt);
  await pool.recordWhen(id, ({ attempts: [first] }) => first?.outcome === 'lost');
  return { id, taskId: posts(pool, prompt)[0]?.taskId ?? '' };
}

function adoptIn(
  { pool, kie }: { pool: PoolFixture; kie: KieClient },
  id: string,
  taskId: string,
  confirm = false,
): Promise<AdoptResult> {
  const { ledger, queues, timings } = pool;
  return adopt({ ledger, queues, kie, timings, confirm, by: 'a test' }, id, taskId);
}

const created = z.object({ data: z.object({ taskId: z.string() }) });

/** A task made by another program with the pool's key. */
async function foreignTask(pool: PoolFixture, prompt: string, callBackUrl?: string): Promise<string> {
  const response = await fetch(`${pool.simulator.url}/api/v1/jobs/createTask`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...testRequest(prompt), callBackUrl }),
  });
  const { data } = created.parse(await response.json());
  return data.taskId;
}

describe.concurrent('a lost answer', () => {
  // @guarantee G1
  test('is unknown, then payment_unknown; nothing is sent again, also not by a redrive without pay-again', async (context) => {
    const { expect } = context;
    const { pool, id } = await loseAnswer(context, { settings: { unknownWindowMs: 1200 } });
    const dead = await pool.recordWhen(id, ({ state }) => state === 'dead');
    expect(dead.deadLetter).toMatchObject({ class: 'payment_unknown', from: 'unknown' });
    expect(await redrive(pool, id)).toMatchObject({ kind: 'resumed', state: 'unknown' });
    const restarted = (await pool.ledger.read.generation(id))?.since ?? 0;
    const again = await pool.recordWhen(
      id,
      ({ deadLetter }) => deadLetter !== undefined && deadLetter.openedAt > (dead.deadLetter?.openedAt ?? 0),
    );
    expect((again.deadLetter?.openedAt ?? 0) - restarted).toBeGreaterThanOrEqual(1200);
    expect(posts(pool, 'lost')).toHaveLength(1);
    expect(charges(pool)).toEqual({ lost: 1 });
  });

  // @guarantee G1
  test('is paid again when a person says so: exactly once more, and counted', async (context) => {
    const { expect } = context;
    const { pool, id } = await loseAnswer(context, { settings: { unknownWindowMs: 1200 } });
    await pool.recordWhen(id, ({ state }) => state === 'dead');
    expect(await redrive(pool, id, { payAgain: true, dryRun: true })).toMatchObject({
      kind: 'would_resume',
      state: 'queued',
    });
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'resumed', state: 'queued' });
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'not_possible' });
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ lost: 2 });
    expect(await pool.ledger.read.stats()).toMatchObject({ paid_again: 1 });
  });

  // @guarantee G1
  test('is not paid again while the older attempt could still be sent', async (context) => {
    const { expect } = context;
    const { pool, id } = await loseAnswer(context, {
      timings: { sendBeforeMs: 60_000 },
      settings: { unknownWindowMs: 50 },
    });
    await pool.recordWhen(id, ({ state }) => state === 'dead');
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({
      kind: 'not_possible',
      reason: expect.stringContaining('may still be sent'),
    });
    expect((await pool.ledger.read.generation(id))?.state).toBe('dead');
    expect(charges(pool)).toEqual({ lost: 1 });
  });

  test('is paid again automatically where the pool is configured so', async (context) => {
    const { expect } = context;
    const { pool, id } = await loseAnswer(context, {
      worker: { onUnknown: 'pay-again' },
      settings: { unknownWindowMs: 1200 },
    });
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'accepted']);
    expect(charges(pool)).toEqual({ lost: 2 });
    expect(await pool.ledger.read.stats()).toMatchObject({ paid_again: 1 });
  });

  // @guarantee G1
  test('is not paid a third time automatically', async (context) => {
    const { expect } = context;
    const { pool, id } = await loseAnswer(context, {
      worker: { onUnknown: 'pay-again' },
      settings: { unknownWindowMs: 1200 },
    });
    pool.simulator.script([{ on: 'createTask', when: { prompt: 'lost' }, fault: { kind: 'cutAfter' } }]);
    const record = await pool.recordWhen(
      id,
      ({ attempts, deadLetter }) => attempts.length > 1 && deadLetter?.class === 'payment_unknown',
    );
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'lost']);
    // The sweeper that opened the dead letter decides at once; nothing is left for a later one.
    await until(
      () => pool.ledger.read.generation(id),
      ({ state, since }) => state === 'dead' && Date.now() - since > 1500,
    );
    expect(charges(pool)).toEqual({ lost: 2 });
  });

  // @guarantee G3
  test('cancelled while it waits to be paid again: its task can still be adopted', async (context) => {
    const { expect } = context;
    const lost = await loseAnswer(context, { worker: { publicUrl: PUBLIC_URL }, settings: { unknownWindowMs: 1200 } });
    const { pool, id, taskId } = lost;
    await pool.recordWhen(id, ({ deadLetter }) => deadLetter?.class === 'payment_unknown');
    await pool.ledger.gates.pause('test');
    await until(
      () => redrive(pool, id, { payAgain: true }),
      ({ kind }) => kind === 'resumed',
    );
    expect(await pool.ledger.cancel(id)).toMatchObject({ kind: 'cancelled' });
    expect(await adoptIn(lost, id, taskId)).toMatchObject({ kind: 'adopted', attempt: 1, already: false });
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ lost: 1 });
  });
});

describe.concurrent('adoption by hand', () => {
  const withCallbacks = { worker: { publicUrl: PUBLIC_URL } };

  test.for([
    { from: 'unknown', unknownWindowMs: 60_000 },
    { from: 'dead', unknownWindowMs: 1200 },
  ])('a task that carries our token is proved, from $from', async ({ from, unknownWindowMs }, context) => {
    const { expect } = context;
    const lost = await loseAnswer(context, { ...withCallbacks, settings: { unknownWindowMs } });
    const { pool, id, taskId } = lost;
    await pool.recordWhen(id, ({ state }) => state === from);
    expect(posts(pool, 'lost')[0]?.callBackUrl).toMatch(new RegExp(`^${PUBLIC_URL}/callbacks/kie/${id}/[\\w-]{32}$`));
    expect(await adoptIn(lost, id, taskId)).toMatchObject({ kind: 'adopted', attempt: 1, already: false });
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record).toMatchObject({ taskId, attempts: [{ outcome: 'adopted', taskId }] });
    // The same once more changes nothing.
    expect(await adoptIn(lost, id, taskId)).toMatchObject({ kind: 'adopted', attempt: 1, already: true });
    expect(posts(pool, 'lost')).toHaveLength(1);
    expect(charges(pool)).toEqual({ lost: 1 });
  });

  test('a task that only resembles the request needs an operator to confirm', async (context) => {
    const { expect } = context;
    // As recorded: the duration "5" comes back as 5, inside of a text.
    const simulator = { ...QUICK.simulator, paramInput: 'string', paramNumbers: 'loose' } as const;
    const lost = await loseAnswer(context, { simulator });
    const { pool, id, taskId } = lost;
    const doubt = 'the task fits in model, input and time, but carries no attempt token';
    expect(await adoptIn(lost, id, taskId)).toEqual({
      kind: 'needs_confirmation',
      attempt: 1,
      differences: [],
      doubt,
    });
    expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'unknown' });
    expect(await adoptIn(lost, id, taskId, true)).toMatchObject({
      kind: 'adopted',
      attempt: 1,
      already: false,
      overruled: [],
    });
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const summary = expect.stringMatching(/^An operator confirmed the task \(a test\)\. Before: No usable response/);
    expect(record.attempts).toMatchObject([{ outcome: 'adopted', taskId, evidence: { summary } }]);
    expect(charges(pool)).toEqual({ lost: 1 });
    // The same once more changes nothing, and needs no word.
    expect(await adoptIn(lost, id, taskId)).toMatchObject({ kind: 'adopted', attempt: 1, already: true });
  });

  test('a task that differs is adopted when an operator confirms the differences, and the record keeps that', async (context) => {
    const { expect } = context;
    const lost = await loseAnswer(context);
    const { pool, id } = lost;
    const taskId = await foreignTask(pool, 'another');
    const differences = [{ field: 'input.prompt', requested: '"lost"', shown: '"another"' }];
    expect(await adoptIn(lost, id, taskId)).toMatchObject({ kind: 'needs_confirmation', attempt: 1, differences });
    expect((await pool.ledger.read.generation(id))?.state).toBe('unknown');
    expect(await adoptIn(lost, id, taskId, true)).toMatchObject({
      kind: 'adopted',
      attempt: 1,
      already: false,
      overruled: differences,
    });
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record).toMatchObject({ taskId });
    expect(record.attempts[0]?.evidence?.summary).toContain('(a test), although it differs in input.prompt.');
  });

  // @guarantee G6
  test('the task of another generation is refused by token, and never taken without a person by likeness', async (context) => {
    const { expect } = context;
    const proved = await loseAnswer(context, withCallbacks);
    const other = await loseIn(proved.pool, 'another');
    expect(await adoptIn(proved, proved.id, other.taskId, true)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(other.id),
    });
    const alike = await loseAnswer(context);
    const stranger = await loseIn(alike.pool, 'another');
    expect(await adoptIn(alike, alike.id, stranger.taskId)).toMatchObject({
      kind: 'needs_confirmation',
      doubt: expect.stringContaining('differs from the request: input.prompt should be "lost" and is "another"'),
    });
    for (const { pool, id } of [proved, alike]) expect((await pool.ledger.read.generation(id))?.state).toBe('unknown');
  });

  test('foreign, bound and unknown tasks are refused, and so are unknown generations', async (context) => {
    const { expect } = context;
    const lost = await loseAnswer(context);
    const { pool, id, taskId } = lost;
    const twin = await one(pool, 'twin');
    const done = await pool.recordWhen(twin, ({ state }) => state === 'succeeded');
    const twinLost = await loseIn(pool, 'twin');
    const reasons = [
      [id, await foreignTask(pool, 'lost', 'https://elsewhere.example/hook'), 'not of this pool'],
      [twinLost.id, done.taskId ?? '', `belongs to ${twin}`],
      [id, 'no-such-task', 'does not know'],
      ['gen_0000000000', taskId, 'no such generation'],
    ] as const;
    for (const [generation, task, reason] of reasons) {
      expect(await adoptIn(lost, generation, task, true)).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining(reason),
      });
    }
    expect((await pool.ledger.read.generation(id))?.state).toBe('unknown');
    expect((await pool.ledger.read.generation(twinLost.id))?.state).toBe('unknown');
  });

  test('a failed query to Kie changes nothing', async (context) => {
    const { expect } = context;
    const lost = await loseAnswer(context, withCallbacks);
    lost.pool.simulator.script([{ on: 'recordInfo', when: { times: 3 }, fault: { kind: 'html', status: 502 } }]);
    expect(await adoptIn(lost, lost.id, lost.taskId)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('recordInfo failed'),
    });
    expect(await adoptIn(lost, lost.id, lost.taskId)).toMatchObject({ kind: 'adopted' });
  });

  // @guarantee G4
  test('waits for a slot in the query budget instead of exceeding it', async (context) => {
    const { expect } = context;
    const lost = await loseAnswer(context, { ...withCallbacks, settings: { pollLimitPerSecond: 1 } });
    const askedAt = Date.now();
    await lost.pool.ledger.pollPermit('somebody else', 100);
    expect(await adoptIn(lost, lost.id, lost.taskId)).toMatchObject({ kind: 'adopted' });
    await lost.pool.recordWhen(lost.id, ({ state }) => state === 'succeeded');
    // An unanswered query counts for its timeout and a second.
    expect((lost.pool.simulator.ledger.queries()[0]?.arrivedAtMs ?? 0) - askedAt).toBeGreaterThanOrEqual(1100);
    expect(lost.pool.simulator.ledger.maxQueriesInAnyWindow(1000)).toBe(1);
  });

  // @guarantee G1
  test('while it is queued to be paid again avoids the second charge', async (context) => {
    const { expect } = context;
    const lost = await loseAnswer(context, { ...withCallbacks, settings: { unknownWindowMs: 1200 } });
    const { pool, id, taskId } = lost;
    await pool.recordWhen(id, ({ state }) => state === 'dead');
    await pool.ledger.gates.pause('look for the task first');
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'resumed', state: 'queued' });
    expect(await adoptIn(lost, id, taskId)).toMatchObject({ kind: 'adopted', attempt: 1, already: false });
    await pool.ledger.gates.open('paused');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    await until(
      () => pool.queues.submit.getJobCounts('prioritized', 'active', 'delayed'),
      (counts) => Object.values(counts).every((count) => count === 0),
    );
    expect(posts(pool, 'lost')).toHaveLength(1);
    expect(charges(pool)).toEqual({ lost: 1 });
  });

  test('after it was paid again is too late: the older task is recorded as surplus', async (context) => {
    const { expect } = context;
    const lost = await loseAnswer(context, { ...withCallbacks, settings: { unknownWindowMs: 1200 } });
    const { pool, id, taskId } = lost;
    await pool.recordWhen(id, ({ state }) => state === 'dead');
    await redrive(pool, id, { payAgain: true });
    const paid = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(await adoptIn(lost, id, taskId)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('surplus'),
    });
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({
      state: 'succeeded',
      taskId: paid.taskId,
      attempts: [{ outcome: 'surplus', taskId }, { outcome: 'accepted' }],
    });
    expect(await pool.ledger.read.stats()).toMatchObject({ surplus: 1 });
  });
});
