import { describe, expect, test } from 'vitest';
import {
  bury,
  DIE,
  evidence,
  generating,
  often,
  openPool,
  RETRY,
  redriveArgs,
  settleArgs,
  SHORT_LEASE,
  unknown,
  VEHICLE_CHECK_MS,
  type Pool,
} from './fixture.ts';

const quick = { unknownWindowMs: 1, submitTimeoutMs: 1 };

async function expired(pool: Pool): Promise<string> {
  const id = await pool.create();
  await pool.admit(id, 'token', SHORT_LEASE);
  await expect.poll(() => pool.ledger.expire(id), often).toEqual({ kind: 'unknown', attempt: 1 });
  return id;
}

describe('admit', () => {
  test('writes the intent: attempt, lease, window entry, in-flight', async () => {
    const pool = await openPool('admit', { submitTimeoutMs: 20_000 });
    const id = await pool.create();
    expect(await pool.admit(id, 'token')).toEqual({
      kind: 'admitted',
      attempt: 1,
      sendBeforeMs: 5000,
      timeoutMs: 20_000,
      payload: '{"model":"m"}',
      slots: 999,
      tries: 0,
      canary: false,
      waitedMs: expect.any(Number),
    });
    const record = await pool.ledger.read.generation(id);
    const attempt = record?.attempts[0];
    expect(attempt).toMatchObject({
      n: 1,
      tokenHash: 'token',
      outcome: 'open',
      worker: 'worker-1',
      account: 'account-1',
    });
    expect(attempt?.leaseUntil).toBe((attempt?.sendBy ?? 0) + 25_000);
    expect(attempt?.sendBy).toBe((attempt?.admittedAt ?? 0) + 5001);
    expect((await pool.ledger.read.window()).entries).toBe(1);
    expect((await pool.ledger.read.stateCounts()).submitting).toBe(1);
  });

  // @guarantee G1
  test('the same token gets the same reply and no second slot; another token waits for the lease', async () => {
    const pool = await openPool('admit');
    const id = await pool.create();
    await pool.admit(id, 'token');
    expect(await pool.admit(id, 'token')).toMatchObject({ kind: 'admitted', attempt: 1 });
    const busy = await pool.admit(id, 'other');
    expect(busy).toMatchObject({ kind: 'busy', attempt: 1, leaseMs: expect.closeTo(30_000, -3) });
    expect((await pool.ledger.read.window()).entries).toBe(1);
    expect((await pool.ledger.read.stats())['admitted']).toBe(1);
  });

  test('only the current vehicle is admitted', async () => {
    const pool = await openPool('admit');
    const id = await pool.create();
    expect(await pool.admit(id, 'token', { vehicle: `${id}-2` })).toEqual({
      kind: 'stale',
      state: 'queued',
    });
  });

  // @guarantee G1
  test('a token that was refused is used up', async () => {
    const pool = await openPool('admit');
    const id = await pool.create();
    await pool.admit(id, 'token');
    await pool.refuse(id, 'token', RETRY);
    expect(await pool.admit(id, 'token')).toMatchObject({ kind: 'stale', state: 'queued' });
    expect(await pool.admit(id, 'second')).toMatchObject({ kind: 'admitted', attempt: 2 });
  });

  test('a worker of another account submits nothing', async () => {
    const pool = await openPool('admit', { accountFingerprint: 'account-1' });
    const id = await pool.create();
    expect(await pool.admit(id, 'token', { account: 'staging' })).toEqual({ kind: 'wrong_account' });
    expect(await pool.admit(id, 'token')).toMatchObject({ kind: 'admitted' });
  });

  // @guarantee G1
  test('of many callers at once exactly one is admitted', async () => {
    const pool = await openPool('admit');
    const id = await pool.create();
    const workers = await Promise.all(Array.from({ length: 4 }, () => pool.another()));
    const times = { sendBeforeMs: 5000, leaseGraceMs: 5000, uploadFreshMs: 1000, account: 'account-1', worker: 'w' };
    const callers = [...workers, ...workers, ...workers];
    const replies = await Promise.all(
      callers.map((ledger, i) => ledger.admit({ id, tokenHash: `token-${i}`, vehicle: `${id}-1`, ...times })),
    );
    expect(replies.filter(({ kind }) => kind === 'admitted')).toHaveLength(1);
    expect(replies.filter(({ kind }) => kind === 'busy')).toHaveLength(11);
  });
});

describe('expire and lose', () => {
  test('a lease is respected until its end', async () => {
    const pool = await openPool('expire');
    const id = await pool.create();
    await pool.admit(id, 'token');
    expect(await pool.ledger.expire(id)).toMatchObject({ kind: 'not_yet', leaseMs: expect.closeTo(30_000, -3) });
    expect(await pool.state(id)).toBe('submitting');
  });

  test.each(['expire', 'lose'] as const)(
    '%s: the sweeper looks again when the window of the unknown is over',
    async (how) => {
      const pool = await openPool('expire', { ...quick, unknownWindowMs: 600_000 });
      const id = how === 'expire' ? await expired(pool) : await pool.create();
      if (how === 'lose') {
        await pool.admit(id, 'token');
        await pool.lose(id, 'token');
      }
      const { since } = await pool.raw(id);
      expect(Number(await pool.redis.zscore(`${pool.root}watch`, id)) - Number(since)).toBe(600_000);
    },
  );

  test('lose after expire keeps the state and adds the evidence', async () => {
    const pool = await openPool('expire', quick);
    const id = await expired(pool);
    const since = (await pool.raw(id))['since'];
    expect(await pool.lose(id, 'token')).toEqual({ kind: 'unknown', attempt: 1 });
    expect((await pool.ledger.read.generation(id))?.attempts).toMatchObject([{ outcome: 'lost', evidence }]);
    expect((await pool.raw(id))['since']).toBe(since);
  });

  test('a late answer of its own worker needs no more proof', async () => {
    const pool = await openPool('expire', quick);
    const id = await expired(pool);
    expect(await pool.accept(id, 'token', 'task-1')).toMatchObject({ kind: 'accepted', state: 'generating' });
    expect(await pool.ledger.expire(id)).toMatchObject({ kind: 'stale', state: 'generating' });
  });

  test('a late refusal frees an unknown one, with a new vehicle since its job has ended', async () => {
    const pool = await openPool('expire', quick);
    const id = await expired(pool);
    const reply = await pool.refuse(id, 'token', RETRY);
    expect(reply).toEqual({ kind: 'queued', delayMs: 0, vehicle: `${id}-2`, added: false, attempt: 1 });
    expect(await pool.refuse(id, 'token', RETRY)).toEqual(reply);
    expect(await pool.state(id)).toBe('queued');
  });

  test('a foreign token loses and refuses nothing', async () => {
    const pool = await openPool('expire');
    const id = await pool.create();
    await pool.admit(id, 'token');
    expect(await pool.lose(id, 'foreign')).toEqual({ kind: 'unknown_attempt' });
    expect(await pool.refuse(id, 'foreign', RETRY)).toEqual({ kind: 'unknown_attempt' });
    expect(await pool.state(id)).toBe('submitting');
  });
});

/** Its attempt expired, a person paid again, and a newer attempt is on its way. */
async function haunted(pool: Pool): Promise<string> {
  const id = await expired(pool);
  await bury(pool, id, 'payment_unknown', 'unknown');
  await expect
    .poll(() => pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true })), often)
    .toMatchObject({ kind: 'redriven' });
  await pool.admit(id, 'newer');
  return id;
}

describe('a zombie with an older token', () => {
  // @guarantee G1
  test('cannot free the newer attempt to be sent a third time', async () => {
    const pool = await openPool('zombie', quick);
    const id = await haunted(pool);
    const before = await pool.raw(id);
    expect(await pool.refuse(id, 'token', RETRY)).toEqual({ kind: 'stale', state: 'submitting' });
    expect(await pool.refuse(id, 'token', DIE)).toEqual({ kind: 'stale', state: 'submitting' });
    expect(await pool.raw(id)).toEqual(before);
    expect(await pool.admit(id, 'third')).toMatchObject({ kind: 'busy', attempt: 2 });
  });

  test('cannot call the newer attempt lost', async () => {
    const pool = await openPool('zombie', quick);
    const id = await haunted(pool);
    await pool.lose(id, 'token');
    expect(await pool.ledger.read.generation(id)).toMatchObject({
      state: 'submitting',
      current: 2,
      attempts: [{}, { outcome: 'open' }],
    });
  });
});

function again(pool: Pool, id: string, taskId: string, limit = 1) {
  return pool.ledger.resubmit({ id, taskId, limit, evidence, vehicleCheckMs: VEHICLE_CHECK_MS });
}

describe('resubmit', () => {
  test('queues the next attempt, as often as the limit allows', async () => {
    const pool = await openPool('resubmit');
    const { id, taskId } = await generating(pool);
    const reply = await again(pool, id, taskId);
    expect(reply).toEqual({ kind: 'queued', vehicle: `${id}-3`, attempt: 1 });
    await pool.admit(id, 'second');
    expect(await again(pool, id, taskId)).toEqual(reply);
    expect(await pool.state(id)).toBe('submitting');
    await pool.accept(id, 'second', 'task-2');
    expect(await again(pool, id, 'task-2')).toEqual({ kind: 'exhausted' });
    expect(await pool.ledger.settle(settleArgs(id, 'task-2', 'fail'))).toMatchObject({ state: 'failed' });
  });

  test('the failed task stays bound and its verdict can no longer end the generation', async () => {
    const pool = await openPool('resubmit');
    const { id, token, taskId } = await generating(pool);
    await again(pool, id, taskId);
    expect(await pool.ledger.settle(settleArgs(id, taskId, 'fail'))).toMatchObject({ kind: 'stale', state: 'queued' });
    await pool.accept(id, token, taskId, { adopted: true });
    expect(await pool.state(id)).toBe('queued');
    expect(await pool.ledger.read.taskOwner(taskId)).toBe(`${id}:1`);
  });

  test('a limit of 0 submits nothing again', async () => {
    const pool = await openPool('resubmit');
    const { id, taskId } = await generating(pool);
    expect(await again(pool, id, taskId, 0)).toEqual({ kind: 'exhausted' });
  });
});

test('each kind of retry has its own count, and becomes a dead letter by it', async () => {
  const pool = await openPool('retries');
  const id = await pool.create();
  const server = { do: 'retry', count: 'serverErrors', retries: 1, then: 'refused_repeatedly', delayMs: 0 } as const;
  const wording = { do: 'retry', count: 'validationRetries', retries: 1, then: 'invalid_request', delayMs: 0 } as const;
  for (const [n, rule] of [server, wording].entries()) {
    await pool.admit(id, `token-${n}`);
    expect(await pool.refuse(id, `token-${n}`, rule)).toMatchObject({
      kind: 'queued',
      added: true,
      vehicle: `${id}-1`,
    });
  }
  await pool.admit(id, 'last');
  const dead = await pool.refuse(id, 'last', server);
  expect(dead).toEqual({ kind: 'dead', class: 'refused_repeatedly' });
  expect(await pool.refuse(id, 'last', server)).toEqual(dead);
  expect(await pool.ledger.read.generation(id)).toMatchObject({
    state: 'dead',
    serverErrors: 2,
    validationRetries: 1,
    deadLetter: { class: 'refused_repeatedly', from: 'submitting' },
    endedAt: expect.any(Number),
  });
});

// @guarantee G5
test('a refusal keeps the position in the queue', async () => {
  const pool = await openPool('order');
  const first = await pool.create();
  await expect.poll(() => pool.now(), often).toBeGreaterThan(Number((await pool.raw(first))['queuedAt']));
  const second = await pool.create();
  await pool.admit(first, 'token');
  await pool.refuse(first, 'token', RETRY);
  const { items } = await pool.ledger.read.listState('queued', { newestFirst: false });
  expect(items.map(({ id }) => id)).toEqual([first, second]);
});

// @guarantee G1
test('unknown is never resubmitted automatically', async () => {
  const pool = await openPool('unknown');
  const { id } = await unknown(pool);
  expect(await pool.admit(id, 'second')).toMatchObject({ kind: 'stale', state: 'unknown' });
  expect(await pool.ledger.requeue(id, `${id}-1`, 1)).toMatchObject({ kind: 'stale', state: 'unknown' });
});
