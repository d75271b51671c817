import { GIVEN_UP_CLASSES } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import {
  bury,
  DIE,
  evidence,
  generating,
  often,
  openPool,
  paymentUnknown,
  RETRY,
  redriveArgs,
  settleArgs,
  SHORT_LEASE,
  unknown,
  VEHICLE_CHECK_MS,
  type Pool,
} from './fixture.ts';

const quick = { unknownWindowMs: 1, submitTimeoutMs: 1 };

/** Dead as payment_unknown, then a person decided to pay again; the first attempt is `older`. */
async function payingAgain(pool: Pool): Promise<{ id: string; older: string }> {
  const id = await pool.create();
  await pool.admit(id, 'older', SHORT_LEASE);
  await pool.lose(id, 'older');
  await bury(pool, id, 'payment_unknown', 'unknown');
  await expect
    .poll(() => pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true })), often)
    .toMatchObject({ kind: 'redriven', state: 'queued' });
  return { id, older: 'older' };
}

async function newerFails(pool: Pool, id: string): Promise<void> {
  await pool.admit(id, 'newer', { vehicle: `${id}-2` });
  await pool.accept(id, 'newer', 'task-2');
  await pool.ledger.settle(settleArgs(id, 'task-2', 'fail'));
}

describe('accept', () => {
  test('a task makes it generating, with a new vehicle in the poll queue', async () => {
    const pool = await openPool('accept');
    const id = await pool.create();
    await pool.admit(id, 'token');
    const reply = await pool.accept(id, 'token', 'task-1');
    expect(reply).toEqual({
      kind: 'accepted',
      attempt: 1,
      state: 'generating',
      vehicle: `${id}-2`,
      queue: 'poll',
      dueAt: expect.any(Number),
      delayMs: 1000,
      callbacksSeen: 0,
    });
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({
      state: 'generating',
      taskId: 'task-1',
      current: 1,
      attempts: [{ n: 1, outcome: 'accepted', taskId: 'task-1' }],
    });
    expect(await pool.ledger.read.taskOwner('task-1')).toBe(`${id}:1`);
  });

  test('from dead(payment_unknown): the task is followed and the dead letter is closed', async () => {
    const pool = await openPool('accept', quick);
    const { id, token } = await paymentUnknown(pool);
    expect(await pool.accept(id, token, 'task-1', { adopted: true })).toMatchObject({
      kind: 'accepted',
      state: 'generating',
    });
    const record = await pool.ledger.read.generation(id);
    expect(record?.deadLetter).toBeUndefined();
    expect(record?.endedAt).toBeUndefined();
    expect(record?.attempts[0]?.outcome).toBe('adopted');
    expect((await pool.ledger.read.deadLetterCounts()).payment_unknown).toBe(0);
  });

  test('adoption by hand names the attempt by number', async () => {
    const pool = await openPool('accept', quick);
    const { id } = await paymentUnknown(pool);
    const adopt = { id, attempt: 1, taskId: 'task-1', adopted: true, pollDelayMs: 0, vehicleCheckMs: VEHICLE_CHECK_MS };
    expect(await pool.ledger.accept({ ...adopt, attempt: 2 })).toEqual({ kind: 'unknown_attempt' });
    expect(await pool.ledger.accept(adopt)).toMatchObject({ kind: 'accepted', attempt: 1, state: 'generating' });
    // Why the answer was lost stays readable.
    expect((await pool.ledger.read.generation(id))?.attempts[0]?.evidence).toEqual(evidence);
  });

  test('adoption on the word of a person: the attempt keeps that', async () => {
    const pool = await openPool('accept', quick);
    const { id, token } = await paymentUnknown(pool);
    const vouched = { summary: 'A person vouched for the task.' };
    await pool.accept(id, token, 'task-1', { adopted: true, evidence: vouched });
    // A later word about the same task changes nothing.
    await pool.accept(id, token, 'task-1', { adopted: true, evidence });
    expect((await pool.ledger.read.generation(id))?.attempts).toMatchObject([
      { outcome: 'adopted', taskId: 'task-1', evidence: vouched },
    ]);
  });

  test("an older attempt's task is taken instead of paying, while the newer one is not admitted", async () => {
    const pool = await openPool('accept', quick);
    const { id, older } = await payingAgain(pool);
    expect(await pool.accept(id, older, 'task-1')).toMatchObject({ kind: 'accepted', attempt: 1, state: 'generating' });
    expect(await pool.admit(id, 'newer', { vehicle: `${id}-2` })).toMatchObject({ kind: 'stale', state: 'generating' });
  });

  test("an older attempt's task is surplus once the newer one is admitted, and counted once", async () => {
    const pool = await openPool('accept', quick);
    const { id, older } = await payingAgain(pool);
    await pool.admit(id, 'newer');
    const reply = await pool.accept(id, older, 'task-1');
    expect(reply).toMatchObject({ kind: 'surplus', attempt: 1, state: 'submitting' });
    expect(await pool.accept(id, older, 'task-1')).toEqual(reply);
    expect((await pool.ledger.read.stats())['surplus']).toBe(1);
    expect(await pool.ledger.read.taskOwner('task-1')).toBe(`${id}:1`);
    expect(await pool.accept(id, 'newer', 'task-2')).toMatchObject({ kind: 'accepted', attempt: 2 });
    expect((await pool.ledger.read.generation(id))?.attempts).toMatchObject([
      { outcome: 'surplus', taskId: 'task-1' },
      { outcome: 'accepted', taskId: 'task-2' },
    ]);
  });

  // @guarantee G3
  test.each([['retry', RETRY] as const, ['die', DIE] as const])(
    'a surplus task is followed when the newer attempt turned out to have made none: %s',
    async (_, rule) => {
      const pool = await openPool('accept', quick);
      const { id, older } = await payingAgain(pool);
      await pool.admit(id, 'newer');
      await pool.accept(id, older, 'task-1');
      const answer = { kind: 'stale', state: 'generating' };
      expect(await pool.refuse(id, 'newer', rule)).toEqual(answer);
      expect(await pool.refuse(id, 'newer', rule)).toEqual(answer);
      const record = await pool.ledger.read.generation(id);
      expect(record).toMatchObject({ state: 'generating', taskId: 'task-1', current: 1, queue: 'poll' });
      expect(record?.attempts.map(({ outcome }) => outcome)).toEqual(['adopted', 'refused']);
      // Its job is added by the sweeper, at once.
      expect(Number(await pool.redis.zscore(`${pool.root}watch`, id))).toBeLessThanOrEqual(Date.now());
    },
  );

  // @guarantee G3
  test.each([
    ['cancelled', async (pool: Pool, id: string) => pool.ledger.cancel(id)],
    ['failed', newerFails],
  ] as const)('an older attempt’s task is followed although the generation is %s: it is paid', async (state, end) => {
    const pool = await openPool('accept', quick);
    const { id, older } = await payingAgain(pool);
    await end(pool, id);
    expect(await pool.state(id)).toBe(state);
    expect(await pool.accept(id, older, 'task-1')).toMatchObject({ kind: 'accepted', state: 'generating' });
    expect(await pool.ledger.settle(settleArgs(id, 'task-1'))).toMatchObject({ kind: 'settled', state: 'succeeded' });
    expect((await pool.ledger.read.generation(id))?.deadLetter).toBeUndefined();
  });

  test('a surplus task is adopted when the newer one failed; not when the generation was purged', async () => {
    const pool = await openPool('accept', quick);
    const [paid, purged] = [await payingAgain(pool), await payingAgain(pool)];
    for (const { id, older } of [paid, purged]) {
      await pool.admit(id, 'newer', { vehicle: `${id}-2` });
      await pool.accept(id, older, `first-${id}`);
      await pool.accept(id, 'newer', `second-${id}`);
      await pool.ledger.settle(settleArgs(id, `second-${id}`, 'fail'));
    }
    await pool.ledger.purge(purged.id, true);
    const adopted = { adopted: true } as const;
    expect(await pool.accept(paid.id, paid.older, `first-${paid.id}`, adopted)).toMatchObject({ kind: 'accepted' });
    expect(await pool.accept(purged.id, purged.older, `first-${purged.id}`, adopted)).toMatchObject({
      kind: 'surplus',
    });
  });

  test('a task given up as stuck is adopted again instead of paying, until the newer attempt is admitted', async () => {
    const pool = await openPool('accept', quick);
    const id = await pool.create();
    await pool.admit(id, 'token', SHORT_LEASE);
    await pool.accept(id, 'token', 'task-1');
    await bury(pool, id, 'task_stuck', 'generating');
    await expect
      .poll(() => pool.ledger.redrive(redriveArgs(id, 'task_stuck', 'queued', { payAgain: true })), often)
      .toMatchObject({ kind: 'redriven' });
    const adopted = await pool.accept(id, 'token', 'task-1', { adopted: true });
    expect(adopted).toMatchObject({ kind: 'accepted', state: 'generating' });
    expect(await pool.accept(id, 'token', 'task-1', { adopted: true })).toEqual(adopted);
    expect(await pool.ledger.settle(settleArgs(id, 'task-1'))).toMatchObject({ kind: 'settled', state: 'succeeded' });
  });

  test('a task that Kie failed is not adopted again', async () => {
    const pool = await openPool('accept', quick);
    const id = await pool.create();
    await pool.admit(id, 'token', SHORT_LEASE);
    await pool.accept(id, 'token', 'task-1');
    await pool.ledger.settle(settleArgs(id, 'task-1', 'fail'));
    await expect
      .poll(() => pool.ledger.redrive(redriveArgs(id, 'generation_failed', 'queued')), often)
      .toMatchObject({ kind: 'redriven' });
    await pool.accept(id, 'token', 'task-1', { adopted: true });
    expect(await pool.state(id)).toBe('queued');
  });

  // @guarantee G1
  test('a task of another generation is never taken', async () => {
    const pool = await openPool('accept');
    const first = await generating(pool);
    const { id, token } = await unknown(pool);
    const before = await pool.raw(id);
    expect(await pool.accept(id, token, first.taskId, { adopted: true })).toEqual({
      kind: 'bound',
      owner: `${first.id}:1`,
    });
    expect(await pool.accept(id, token, 'task-2', { adopted: true, latencyMs: 1 })).toMatchObject({ kind: 'accepted' });
    expect(before['taskId']).toBeUndefined();
    expect(await pool.ledger.read.taskOwner(first.taskId)).toBe(`${first.id}:1`);
  });

  // @guarantee G6
  test('a callback that is quicker than the answer accepts; the answer then still counts for window and latency', async () => {
    const pool = await openPool('accept', { submitLimit: 1, submitWindowMs: 50, submitTimeoutMs: 60_000 });
    const [id, next] = [await pool.create(), await pool.create()];
    await pool.admit(id, 'token');
    const { ledger } = pool;
    await ledger.accept({
      id,
      tokenHash: 'token',
      taskId: 'task-1',
      adopted: true,
      pollDelayMs: 0,
      vehicleCheckMs: VEHICLE_CHECK_MS,
    });
    expect(await pool.accept(id, 'token', 'task-1')).toMatchObject({
      kind: 'accepted',
      state: 'generating',
      vehicle: `${id}-2`,
    });
    expect((await ledger.read.window()).learned).toMatchObject({ minLatency: 100 });
    await expect.poll(() => pool.admit(next), often).toMatchObject({ kind: 'admitted' });
  });

  // @guarantee G6
  test('a token of another generation, or none, opens nothing', async () => {
    const pool = await openPool('accept');
    const { id } = await unknown(pool);
    expect(await pool.accept(id, 'foreign', 'task-1')).toEqual({ kind: 'unknown_attempt' });
    expect(await pool.state(id)).toBe('unknown');
    expect(await pool.ledger.read.taskOwner('task-1')).toBeUndefined();
  });
});

describe('settle', () => {
  test('books the credits once, and ends the generation', async () => {
    const pool = await openPool('settle');
    const { id, taskId } = await generating(pool);
    const reply = await pool.ledger.settle(settleArgs(id, taskId));
    expect(reply).toMatchObject({ kind: 'settled', state: 'succeeded' });
    expect(await pool.ledger.settle(settleArgs(id, taskId))).toEqual({ ...reply, ageMs: expect.any(Number) });
    expect((await pool.ledger.read.stats())['credits']).toBe(55.5);
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({
      verdict: { state: 'success', resultUrls: ['https://example.test/v.mp4'] },
      polls: 1,
    });
  });

  // @guarantee G3
  test.each(GIVEN_UP_CLASSES)(
    'a verdict that comes after %s counts, and closes the dead letter',
    async (deadLetterClass) => {
      const pool = await openPool('settle');
      const { id, taskId } = await generating(pool);
      await bury(pool, id, deadLetterClass, 'generating');
      expect(await pool.ledger.settle(settleArgs(id, taskId))).toMatchObject({ kind: 'settled', state: 'succeeded' });
      expect((await pool.ledger.read.generation(id))?.deadLetter).toBeUndefined();
      expect((await pool.ledger.read.deadLetterCounts())[deadLetterClass]).toBe(0);
    },
  );

  test('a failure is final, costs nothing and leaves a dead letter beside it', async () => {
    const pool = await openPool('settle');
    const { id, taskId } = await generating(pool);
    expect(await pool.ledger.settle({ ...settleArgs(id, taskId, 'fail'), archive: 'wait' })).toMatchObject({
      kind: 'settled',
      state: 'failed',
    });
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({
      state: 'failed',
      deadLetter: { class: 'generation_failed', evidence },
      verdict: { state: 'fail', resultUrls: [] },
    });
    expect((await pool.ledger.read.stats())['credits']).toBe(0);
  });

  test('a verdict about another task than the current one is not taken', async () => {
    const pool = await openPool('settle');
    const { id } = await generating(pool);
    expect(await pool.ledger.settle(settleArgs(id, 'another-task'))).toMatchObject({
      kind: 'stale',
      state: 'generating',
    });
  });
});

describe('an attempt that Redis has lost with its last writes', () => {
  // @guarantee G1
  test('its own worker brings the task: followed, and never submitted again', async () => {
    const pool = await openPool('recover');
    const id = await pool.create();
    expect(await pool.accept(id, 'forgotten', 'task-1')).toMatchObject({ kind: 'unknown_attempt' });
    const accepted = await pool.accept(id, 'forgotten', 'task-1', { recover: true });
    expect(accepted).toMatchObject({ kind: 'accepted', attempt: 1, state: 'generating' });
    expect(await pool.accept(id, 'forgotten', 'task-1', { recover: true })).toEqual(accepted);
    expect(await pool.admit(id, 'second')).toMatchObject({ kind: 'stale', state: 'generating' });
  });

  // @guarantee G1
  test('its own worker lost the answer: unknown, and never submitted again', async () => {
    const pool = await openPool('recover');
    const id = await pool.create();
    expect(await pool.lose(id, 'forgotten', { recover: true })).toEqual({ kind: 'unknown', attempt: 1 });
    expect(await pool.lose(id, 'forgotten', { recover: true })).toEqual({ kind: 'unknown', attempt: 1 });
    expect(await pool.state(id)).toBe('unknown');
    expect(await pool.admit(id, 'second')).toMatchObject({ kind: 'stale', state: 'unknown' });
  });

  // @guarantee G2
  test('after its job was found without a record: followed, and nothing is left to pay again', async () => {
    const pool = await openPool('recover');
    const id = 'gen_forgotten';
    await pool.ledger.kill({ id, class: 'record_missing', evidence, payload: '{}', vehicle: `${id}-1` });
    const told = await pool.accept(id, 'forgotten', 'task-1', { recover: true });
    expect(told).toMatchObject({ kind: 'accepted', attempt: 1, state: 'generating' });
    expect((await pool.ledger.read.generation(id))?.deadLetter).toBeUndefined();
  });

  // @guarantee G1
  test('too late, next to a newer attempt: counted as a surplus task, and the newer one goes on', async () => {
    const pool = await openPool('recover');
    const id = await pool.create();
    await pool.admit(id, 'newer');
    const told = await pool.accept(id, 'forgotten', 'task-1', { recover: true });
    expect(told).toMatchObject({ kind: 'surplus', attempt: 2, state: 'submitting' });
    expect(await pool.accept(id, 'forgotten', 'task-1', { recover: true })).toEqual(told);
    expect(await pool.lose(id, 'forgotten-too', { recover: true })).toEqual({ kind: 'unknown_attempt' });
    expect(await pool.accept(id, 'newer', 'task-2')).toMatchObject({ kind: 'accepted', attempt: 1 });
    expect((await pool.ledger.read.stats())['surplus']).toBe(1);
    expect(await pool.ledger.read.taskOwner('task-1')).toBe(`${id}:2`);
  });
});
