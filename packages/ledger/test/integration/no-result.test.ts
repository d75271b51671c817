import { describe, expect, test } from 'vitest';
import type { ObserveArgs } from '../../src/transitions.ts';
import {
  bury,
  evidence,
  generating,
  makeOld,
  often,
  openPool,
  redriveArgs,
  settleArgs,
  VEHICLE_CHECK_MS,
  type Pool,
} from './fixture.ts';

interface Task {
  readonly id: string;
  readonly taskId: string;
}

function observe(pool: Pool, { id, taskId }: Task, seen: ObserveArgs['seen'] = 'no_result', permit?: string) {
  const times = { pollDelayMs: 1000, missingWindowMs: 1000, vehicleCheckMs: VEHICLE_CHECK_MS };
  return pool.ledger.observe({ id, taskId, seen, ...times, ...(permit === undefined ? {} : { permit }) });
}

async function poll(pool: Pool, { id }: Task) {
  const { vehicle = '' } = (await pool.ledger.read.generation(id)) ?? {};
  return pool.ledger.poll({ id, vehicle, permit: 'poll', timeoutMs: 1000 });
}

/** The clock of Redis has moved on. */
async function later(pool: Pool, ms = 1): Promise<void> {
  const before = await pool.now();
  await expect.poll(() => pool.now(), often).toBeGreaterThanOrEqual(before + ms);
}

const credits = async (pool: Pool): Promise<number> => (await pool.ledger.read.stats())['credits'] ?? 0;

describe('the wait for the result of a success', () => {
  // @guarantee G3
  test('counts from the first such answer, by the clock of Redis, whatever is seen in between', async () => {
    const pool = await openPool('no-result');
    const task = await generating(pool);
    expect(await poll(pool, task)).not.toHaveProperty('noResultForMs');
    expect(await observe(pool, task, 'running')).not.toHaveProperty('noResultForMs');
    expect(await observe(pool, task)).toMatchObject({ kind: 'parked', noResultForMs: 0 });
    const since = Number((await pool.raw(task.id))['noResultSince']);
    await later(pool, 20);
    for (const seen of ['running', 'trouble', 'missing', 'no_result'] as const) await observe(pool, task, seen);
    const again = await observe(pool, task);
    expect(again).toMatchObject({ misses: 0 });
    expect(again.kind === 'parked' && again.noResultForMs).toBeGreaterThanOrEqual(20);
    expect(await poll(pool, task)).toMatchObject({ kind: 'granted', noResultForMs: expect.any(Number) });
    expect(await pool.raw(task.id)).toMatchObject({ state: 'generating', noResultSince: String(since) });
  });

  test('is one poll where the same call is sent twice', async () => {
    const pool = await openPool('no-result');
    const task = await generating(pool);
    await observe(pool, task, 'no_result', 'permit-1');
    const record = await pool.raw(task.id);
    await observe(pool, task, 'no_result', 'permit-1');
    expect(await pool.raw(task.id)).toEqual(record);
  });

  test('begins again when its dead letter is redriven, and when another task is polled', async () => {
    const pool = await openPool('no-result', { submitTimeoutMs: 1 });
    const task = await generating(pool);
    const { id } = task;
    await observe(pool, task);
    await later(pool);
    await bury(pool, id, 'result_unreadable', 'generating');
    await pool.ledger.redrive(redriveArgs(id, 'result_unreadable', 'generating'));
    expect(await poll(pool, task)).not.toHaveProperty('noResultForMs');
    expect(await observe(pool, task)).toMatchObject({ noResultForMs: 0 });
    await later(pool);
    await bury(pool, id, 'result_unreadable', 'generating');
    await makeOld(pool, id);
    const payAgain = { payAgain: true, op: 'op-2' };
    await pool.ledger.redrive(redriveArgs(id, 'result_unreadable', 'queued', payAgain));
    const { vehicle = '' } = (await pool.ledger.read.generation(id)) ?? {};
    await pool.admit(id, 'second', { vehicle });
    await pool.accept(id, 'second', 'task-2');
    const followed = await poll(pool, task);
    expect(followed).toMatchObject({ kind: 'granted', taskId: 'task-2' });
    expect(followed).not.toHaveProperty('noResultForMs');
  });
});

describe('credits of a success whose result came late are booked once', () => {
  // @guarantee G3
  test('after its death, and however often it is settled', async () => {
    const pool = await openPool('no-result');
    const task = await generating(pool);
    const { id, taskId } = task;
    await observe(pool, task);
    await bury(pool, id, 'result_unreadable', 'generating');
    expect(await credits(pool)).toBe(0);
    for (let n = 0; n < 3; n += 1)
      expect(await pool.ledger.settle(settleArgs(id, taskId))).toMatchObject({ kind: 'settled', state: 'succeeded' });
    expect(await credits(pool)).toBe(55.5);
    expect((await pool.ledger.read.generation(id))?.deadLetter).toBeUndefined();
  });

  test('where an earlier version settled it without a result, and this one gives it up or settles it afterwards', async () => {
    const pool = await openPool('no-result');
    const task = await generating(pool);
    const { id, taskId } = task;
    await observe(pool, task);
    const empty = settleArgs(id, taskId);
    await pool.ledger.settle({ ...empty, verdict: { ...empty.verdict, resultUrls: [] } });
    const stale = { kind: 'stale', state: 'succeeded' };
    expect(await observe(pool, task)).toMatchObject(stale);
    const kill = { id, class: 'result_unreadable', expected: 'generating', evidence } as const;
    expect(await pool.ledger.kill(kill)).toMatchObject(stale);
    await pool.ledger.settle(settleArgs(id, taskId));
    expect(await credits(pool)).toBe(55.5);
  });
});
