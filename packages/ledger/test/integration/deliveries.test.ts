import { describe, expect, test } from 'vitest';
import {
  bury,
  DIE,
  evidence,
  generating,
  often,
  openPool,
  paymentUnknown,
  redriveArgs,
  settleArgs,
  SHORT_LEASE,
  type Pool,
} from './fixture.ts';

const wanted = { callback: true };
const quick = { unknownWindowMs: 1, deadlineMs: 60_000, holdMs: 60_000 };

const noticeOf = async (pool: Pool, id: string) => (await pool.ledger.read.generation(id))?.delivery;

/** A delivery attempt that the receiver refused, or took. */
async function tried(pool: Pool, id: string, change: { delivered?: boolean; giveUpMs?: number; tries?: number } = {}) {
  const delivery = await noticeOf(pool, id);
  return pool.ledger.deliveryTried({
    id,
    vehicle: delivery?.vehicle ?? '',
    delivered: false,
    evidence,
    tries: delivery?.tries ?? 0,
    retryDelayMs: 5000,
    giveUpMs: 60_000,
    ...change,
  });
}

describe('an end plans a delivery', () => {
  test('of a verdict, at once; the same script sent twice names the same job', async () => {
    const pool = await openPool('notice');
    const { id, taskId } = await generating(pool, wanted);
    const settled = await pool.ledger.settle(settleArgs(id, taskId));
    expect(settled).toMatchObject({ kind: 'settled', delivery: { vehicle: `${id}-1`, delayMs: 0 } });
    expect(await pool.ledger.settle(settleArgs(id, taskId))).toEqual({ ...settled, ageMs: expect.any(Number) });
    expect(await noticeOf(pool, id)).toMatchObject({ state: 'pending', vehicle: `${id}-1`, tries: 0 });
  });

  test('of a failure, a cancellation and a refusal that ends as a dead letter', async () => {
    const pool = await openPool('notice');
    const { id, taskId } = await generating(pool, wanted);
    expect(await pool.ledger.settle(settleArgs(id, taskId, 'fail'))).toMatchObject({ delivery: { delayMs: 0 } });

    const cancelled = await pool.create(wanted);
    const reply = await pool.ledger.cancel(cancelled);
    expect(reply).toMatchObject({ kind: 'cancelled', delivery: { vehicle: `${cancelled}-1`, delayMs: 0 } });
    expect(await pool.ledger.cancel(cancelled)).toEqual(reply);

    const refused = await pool.create(wanted);
    await pool.admit(refused);
    const dead = await pool.refuse(refused, 'token', DIE);
    expect(dead).toMatchObject({ kind: 'dead', delivery: { vehicle: `${refused}-1`, delayMs: 0 } });
    expect(await pool.refuse(refused, 'token', DIE)).toEqual(dead);
  });

  test('of a save, once the file is saved and not before', async () => {
    const pool = await openPool('notice');
    const { id, taskId } = await generating(pool, wanted);
    expect(await pool.ledger.settle({ ...settleArgs(id, taskId), archive: 'wait' })).not.toHaveProperty('notice');
    expect(await noticeOf(pool, id)).toBeUndefined();
    expect(await pool.ledger.archived(id, { files: [] })).toMatchObject({
      kind: 'succeeded',
      delivery: { delayMs: 0 },
    });
  });

  test('of a record that never had one', async () => {
    const pool = await openPool('notice');
    const killed = { id: 'gen_nowhere000', class: 'record_missing', evidence, vehicle: 'v', callback: true } as const;
    expect(await pool.ledger.kill(killed)).toMatchObject({ kind: 'dead', delivery: { delayMs: 0 } });
  });

  test('only where the caller wants one', async () => {
    const pool = await openPool('notice');
    const { id, taskId } = await generating(pool);
    expect(await pool.ledger.settle(settleArgs(id, taskId))).not.toHaveProperty('notice');
    expect(await noticeOf(pool, id)).toBeUndefined();
    expect(await pool.redis.zcard(`${pool.root}notices`)).toBe(0);
  });
});

describe('a dead letter after which a paid video may still come', () => {
  test('is delivered when its hold is over, and not at all when it is resumed before', async () => {
    const pool = await openPool('held', quick);
    const { id } = await generating(pool, wanted);
    const killed = await pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence });
    expect(killed).toMatchObject({ kind: 'dead', delivery: { vehicle: `${id}-1` } });
    const delayMs = killed.kind === 'dead' ? (killed.delivery?.delayMs ?? 0) : 0;
    expect(delayMs).toBeGreaterThan(50_000);
    expect(delayMs).toBeLessThanOrEqual(60_000);
    const record = await pool.ledger.read.generation(id);
    expect(record?.deadLetter?.heldUntil).toBe(record?.delivery?.dueAt);
    // Whatever the hold is later, the delivery and a query report the same.
    await pool.ledger.settings.overwrite({ holdMs: 1 });
    expect((await pool.ledger.read.generation(id))?.deadLetter?.heldUntil).toBe(record?.deadLetter?.heldUntil);

    await pool.ledger.redrive(redriveArgs(id, 'task_stuck', 'generating'));
    expect(await noticeOf(pool, id)).toBeUndefined();
    expect(await pool.redis.zcard(`${pool.root}notices`)).toBe(0);
    expect(await pool.ledger.settle(settleArgs(id, `${id}-task`))).toMatchObject({
      delivery: { vehicle: `${id}-2`, delayMs: 0 },
    });
  });

  test('a late verdict plans its own delivery', async () => {
    const pool = await openPool('held', quick);
    const { id, taskId } = await generating(pool, wanted);
    await pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence });
    expect(await pool.ledger.settle(settleArgs(id, taskId))).toMatchObject({
      state: 'succeeded',
      delivery: { vehicle: `${id}-2`, delayMs: 0 },
    });
  });

  test('an adoption drops it', async () => {
    const pool = await openPool('held', quick);
    const { id } = await paymentUnknown(pool);
    await pool.redis.hset(`${pool.root}gen:${id}`, 'callback', '1');
    await pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'unknown'));
    await bury(pool, id, 'payment_unknown', 'unknown');
    expect(await noticeOf(pool, id)).toMatchObject({ state: 'pending' });
    await pool.accept(id, `${id}-token`, 'task-1', { adopted: true });
    expect(await noticeOf(pool, id)).toBeUndefined();
  });

  test('every other one is delivered at once, and readers see no hold', async () => {
    const pool = await openPool('held', quick);
    for (const name of ['model_unavailable', 'refused_repeatedly', 'invalid_request'] as const) {
      const id = await pool.create(wanted);
      const killed = await pool.ledger.kill({ id, class: name, expected: 'queued', evidence });
      expect(killed, name).toMatchObject({ kind: 'dead', delivery: { delayMs: 0 } });
      expect((await pool.ledger.read.generation(id))?.deadLetter, name).not.toHaveProperty('heldUntil');
    }
  });

  test('except where a response was lost before: its task may still turn up, and be polled', async () => {
    const pool = await openPool('held', quick);
    const id = await pool.create();
    await pool.admit(id, 'older', SHORT_LEASE);
    await pool.lose(id, 'older');
    await bury(pool, id, 'payment_unknown', 'unknown');
    await expect
      .poll(() => pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true })), often)
      .toMatchObject({ kind: 'redriven' });
    await pool.ledger.kill({ id, class: 'refused_repeatedly', expected: 'queued', evidence });
    const deadLetter = (await pool.ledger.read.generation(id))?.deadLetter;
    expect(deadLetter).toMatchObject({
      class: 'refused_repeatedly',
      heldUntil: (deadLetter?.openedAt ?? 0) + quick.holdMs,
    });
  });
});

describe('a delivery attempt', () => {
  test('is recorded once', async () => {
    const pool = await openPool('delivery');
    const { id, taskId } = await generating(pool, wanted);
    await pool.ledger.settle(settleArgs(id, taskId));
    expect(await tried(pool, id, { delivered: true })).toEqual({ kind: 'delivered' });
    const record = await pool.raw(id);
    expect(await tried(pool, id, { delivered: true })).toEqual({ kind: 'delivered' });
    expect(await tried(pool, id)).toEqual({ kind: 'delivered' });
    expect(await pool.raw(id)).toEqual(record);
    expect((await pool.ledger.read.stats())['notice:delivered']).toBe(1);
    expect(await pool.redis.zcard(`${pool.root}notices`)).toBe(0);
  });

  test('is tried again; the same try reported twice counts once', async () => {
    const pool = await openPool('delivery');
    const { id, taskId } = await generating(pool, wanted);
    await pool.ledger.settle(settleArgs(id, taskId));
    expect(await tried(pool, id)).toEqual({ kind: 'retry', delayMs: 5000 });
    expect(await tried(pool, id, { tries: 0 })).toMatchObject({ kind: 'retry' });
    expect(await noticeOf(pool, id)).toMatchObject({ state: 'pending', tries: 1, evidence });
    expect(await tried(pool, id)).toEqual({ kind: 'retry', delayMs: 5000 });
    expect(await noticeOf(pool, id)).toMatchObject({ tries: 2 });
  });

  test('given up, it keeps the state and opens a dead letter; redrive sends it again', async () => {
    const pool = await openPool('delivery');
    const { id, taskId } = await generating(pool, wanted);
    await pool.ledger.settle(settleArgs(id, taskId));
    expect(await tried(pool, id, { giveUpMs: 100 })).toEqual({ kind: 'given_up' });
    expect(await tried(pool, id, { giveUpMs: 100 })).toEqual({ kind: 'given_up' });
    expect(await pool.state(id)).toBe('succeeded');
    expect(await noticeOf(pool, id)).toMatchObject({
      state: 'failed',
      deadLetter: { class: 'notify_failed', evidence },
    });
    expect((await pool.ledger.read.deadLetterCounts()).notify_failed).toBe(1);

    const before = await pool.raw(id);
    const dry = redriveArgs(id, 'notify_failed', 'notify', { dryRun: true });
    expect(await pool.ledger.redrive(dry)).toEqual({ kind: 'would_redrive', state: 'notify' });
    expect(await pool.raw(id)).toEqual(before);

    const reply = await pool.ledger.redrive(redriveArgs(id, 'notify_failed', 'notify'));
    expect(reply).toMatchObject({ kind: 'redriven', state: 'succeeded', delivery: { vehicle: `${id}-2`, delayMs: 0 } });
    expect(await pool.ledger.redrive(redriveArgs(id, 'notify_failed', 'notify'))).toEqual(reply);
    expect((await pool.ledger.read.deadLetterCounts()).notify_failed).toBe(0);
    expect(await noticeOf(pool, id)).toMatchObject({ state: 'pending', tries: 0 });
    expect((await pool.ledger.read.generation(id))?.endedAt).toBeDefined();
  });

  test('has a dead letter next to that of a failure; each is redriven alone', async () => {
    const pool = await openPool('delivery');
    const { id, taskId } = await generating(pool, wanted);
    await pool.ledger.settle(settleArgs(id, taskId, 'fail'));
    await tried(pool, id, { giveUpMs: 100 });
    expect((await pool.ledger.read.generation(id))?.deadLetter?.class).toBe('generation_failed');
    await pool.ledger.redrive(redriveArgs(id, 'notify_failed', 'notify'));
    expect(await pool.state(id)).toBe('failed');
    expect((await pool.ledger.read.generation(id))?.deadLetter?.class).toBe('generation_failed');
    await tried(pool, id, { giveUpMs: 100 });
    await pool.ledger.redrive(redriveArgs(id, 'generation_failed', 'queued', { op: 'op-2' }));
    // The end that it reported is gone.
    expect(await noticeOf(pool, id)).toBeUndefined();
    expect((await pool.ledger.read.deadLetterCounts()).notify_failed).toBe(0);
  });

  test('of an older delivery changes nothing', async () => {
    const pool = await openPool('delivery', quick);
    const { id, taskId } = await generating(pool, wanted);
    await pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence });
    const { vehicle } = (await noticeOf(pool, id)) ?? { vehicle: '' };
    await pool.ledger.settle(settleArgs(id, taskId));
    const record = await pool.raw(id);
    const late = { id, vehicle, evidence, tries: 0, retryDelayMs: 1, giveUpMs: 0 };
    expect(await pool.ledger.deliveryTried({ ...late, delivered: true })).toEqual({
      kind: 'stale',
      state: 'succeeded',
    });
    expect(await pool.ledger.deliveryTried({ ...late, delivered: false })).toEqual({
      kind: 'stale',
      state: 'succeeded',
    });
    expect(await pool.raw(id)).toEqual(record);
  });

  test('of a generation that is gone', async () => {
    const pool = await openPool('delivery');
    expect(await tried(pool, 'gen_nowhere000')).toEqual({ kind: 'missing' });
    expect(await pool.ledger.redeliver('gen_nowhere000', 'v')).toEqual({ kind: 'missing' });
  });
});

describe('the sweeper', () => {
  const sweep = async (pool: Pool, vehicleCheckMs: number) => {
    const reply = await pool.ledger.sweep({ worker: 'one', leaseMs: 1000, limit: 10, vehicleCheckMs });
    return reply.kind === 'leader' ? reply.deliveries : [];
  };

  test('finds a delivery whose job should have come long ago, and names a new one once', async () => {
    const pool = await openPool('overdue');
    const { id, taskId } = await generating(pool, wanted);
    await pool.ledger.settle(settleArgs(id, taskId));
    expect(await sweep(pool, 60_000)).toEqual([]);
    await expect.poll(() => sweep(pool, 1)).toEqual([{ id, vehicle: `${id}-1` }]);
    expect(await pool.ledger.redeliver(id, `${id}-1`)).toEqual({ kind: 'redelivered', vehicle: `${id}-2`, delayMs: 0 });
    expect(await pool.ledger.redeliver(id, `${id}-1`)).toMatchObject({ kind: 'redelivered', vehicle: `${id}-2` });
    expect(await noticeOf(pool, id)).toMatchObject({ vehicle: `${id}-2` });
    await tried(pool, id, { delivered: true });
    expect(await pool.ledger.redeliver(id, `${id}-2`)).toMatchObject({ kind: 'stale' });
    expect(await sweep(pool, 0)).toEqual([]);
  });

  test('a purge drops the delivery and its dead letter', async () => {
    const pool = await openPool('overdue');
    const { id, taskId } = await generating(pool, wanted);
    await pool.ledger.settle(settleArgs(id, taskId));
    await tried(pool, id, { giveUpMs: 100 });
    expect(await pool.ledger.purge(id, false)).toEqual({ kind: 'purged' });
    expect(await noticeOf(pool, id)).toBeUndefined();
    expect((await pool.ledger.read.deadLetterCounts()).notify_failed).toBe(0);
    expect(await pool.redis.zcard(`${pool.root}notices`)).toBe(0);
  });
});
