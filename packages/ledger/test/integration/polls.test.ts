import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger, ObserveArgs } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { bury, evidence, generating, often, openPool, settleArgs, VEHICLE_CHECK_MS, type Pool } from './fixture.ts';

function observe(
  pool: Pool,
  { id, taskId }: { id: string; taskId: string },
  seen: ObserveArgs['seen'],
  change: Partial<ObserveArgs> = {},
) {
  return pool.ledger.observe({
    id,
    taskId,
    seen,
    pollDelayMs: 1000,
    missingWindowMs: 60_000,
    vehicleCheckMs: VEHICLE_CHECK_MS,
    ...change,
  });
}

describe('the query budget', () => {
  // @guarantee G4
  test('many lookers together never ask more often than the budget in any sliding second', async () => {
    const pool = await openPool('polls', { pollLimitPerSecond: 5 });
    const { id } = await generating(pool);
    const askedAt: number[] = [];
    async function poll(ledger: Ledger): Promise<void> {
      while (askedAt.length < 14) {
        const permit = randomUUID();
        const reply = await ledger.poll({ id, vehicle: `${id}-2`, permit, timeoutMs: 300 });
        if (reply.kind === 'granted') {
          askedAt.push(performance.now());
          await sleep(Math.random() * 30);
          await ledger.pollDone(permit);
        } else if (reply.kind === 'wait') await sleep(Math.min(reply.waitMs, 20));
        else throw new Error(reply.kind);
      }
    }
    const workers = await Promise.all(Array.from({ length: 4 }, () => pool.another()));
    await Promise.all(workers.map(poll));
    const spans = askedAt.slice(5).map((time, i) => time - (askedAt[i] ?? 0));
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(1000);
  });

  test('a query without a response counts for its timeout and a second', async () => {
    const pool = await openPool('polls', { pollLimitPerSecond: 1 });
    expect(await pool.ledger.pollPermit('first', 600_000)).toEqual({ kind: 'granted', slots: 0 });
    expect(await pool.ledger.pollPermit('second', 1)).toMatchObject({ kind: 'wait' });
    expect(await pool.ledger.peekPolls()).toMatchObject({ kind: 'wait', reason: 'budget' });
    await pool.ledger.pollDone('first');
    await expect.poll(() => pool.ledger.pollPermit('second', 1), often).toMatchObject({ kind: 'granted' });
  });

  test.each(['observe', 'settle', 'stale observe', 'stale settle'])(
    '%s gives the permit of its query back',
    async (how) => {
      const pool = await openPool('polls', { pollLimitPerSecond: 1 });
      const task = await generating(pool);
      await pool.ledger.poll({ id: task.id, vehicle: `${task.id}-2`, permit: 'permit', timeoutMs: 600_000 });
      const taskId = how.startsWith('stale') ? 'another-task' : task.taskId;
      if (how.endsWith('observe')) await observe(pool, { ...task, taskId }, 'running', { permit: 'permit' });
      else await pool.ledger.settle({ ...settleArgs(task.id, taskId), permit: 'permit' });
      expect(await pool.ledger.peekPolls()).toMatchObject({ kind: 'wait', waitMs: expect.closeTo(1000, -3) });
      expect(Number(await pool.redis.zscore(`${pool.root}polls`, 'permit'))).toBeLessThanOrEqual(
        (await pool.now()) + 1,
      );
    },
  );

  test('only the current vehicle of a task without a verdict may ask', async () => {
    const pool = await openPool('polls');
    const { id, taskId } = await generating(pool);
    expect(await pool.ledger.poll({ id, vehicle: `${id}-1`, permit: 'p', timeoutMs: 1 })).toEqual({
      kind: 'stale',
      state: 'generating',
    });
    expect(await pool.ledger.poll({ id, vehicle: `${id}-2`, permit: 'p', timeoutMs: 1 })).toMatchObject({
      kind: 'granted',
      taskId,
      resubmits: 0,
    });
    expect(await pool.redis.zcard(`${pool.root}polls`)).toBe(1);
  });

  test('a refused query holds all of them back; a shorter hold does not shorten a longer one', async () => {
    const pool = await openPool('polls');
    const task = await generating(pool);
    await observe(pool, task, 'trouble', { pauseMs: 600_000 });
    await observe(pool, task, 'trouble', { pauseMs: 1 });
    expect(await pool.ledger.peekPolls()).toMatchObject({
      kind: 'wait',
      reason: 'rate-limit',
      waitMs: expect.closeTo(600_000, -4),
    });
    expect(await pool.ledger.pollPermit('p', 1)).toMatchObject({ kind: 'wait' });
  });

  test('a wait of all polls ends automatically', async () => {
    const pool = await openPool('polls');
    const task = await generating(pool);
    await observe(pool, task, 'trouble', { pauseMs: 30 });
    await expect.poll(() => pool.ledger.pollPermit('p', 1), often).toMatchObject({ kind: 'granted' });
  });
});

describe('denials', () => {
  test('are counted in a row: a poll that sees the task starts over, a failed query does not', async () => {
    const pool = await openPool('denials');
    const task = await generating(pool);
    expect(await observe(pool, task, 'missing')).toMatchObject({
      kind: 'parked',
      misses: 1,
      missingForMs: 0,
      missingTasks: 1,
    });
    expect(await observe(pool, task, 'trouble')).toMatchObject({ misses: 1 });
    expect(await observe(pool, task, 'missing')).toMatchObject({ misses: 2, missingTasks: 1 });
    expect(await observe(pool, task, 'running')).toMatchObject({ misses: 0, missingForMs: 0, missingTasks: 0 });
    expect(await observe(pool, task, 'missing')).toMatchObject({ misses: 1, missingForMs: 0 });
    expect((await pool.ledger.read.generation(task.id))?.polls).toBe(5);
  });

  test('the same call sent twice is one denial', async () => {
    const pool = await openPool('denials');
    const task = await generating(pool);
    const reply = await observe(pool, task, 'missing', { permit: 'permit-1' });
    const record = await pool.raw(task.id);
    expect(await observe(pool, task, 'missing', { permit: 'permit-1' })).toMatchObject({
      ...reply,
      missingForMs: expect.any(Number),
    });
    expect(await pool.raw(task.id)).toEqual(record);
    expect(await observe(pool, task, 'missing', { permit: 'permit-2' })).toMatchObject({ misses: 2 });
  });

  test('tasks that began to be denied together are counted together, however long ago that was', async () => {
    const pool = await openPool('denials');
    const first = await generating(pool);
    const others = await Promise.all(Array.from({ length: 5 }, () => generating(pool)));
    const missingWindowMs = 500;
    for (const task of [first, ...others]) await observe(pool, task, 'missing', { missingWindowMs });
    const began = await pool.now();
    await expect.poll(() => pool.now(), often).toBeGreaterThan(began + missingWindowMs);
    const reply = await observe(pool, first, 'missing', { missingWindowMs });
    expect(reply).toMatchObject({ misses: 2, missingTasks: 6 });
    // One that begins much later has nothing to do with them.
    expect(await observe(pool, await generating(pool), 'missing', { missingWindowMs: 1 })).toMatchObject({
      missingTasks: 1,
    });
  });

  test.each(['settled', 'stuck', 'submitted again'])(
    'a task that is %s is no longer counted as denied',
    async (how) => {
      const pool = await openPool('denials');
      const [task, other] = [await generating(pool), await generating(pool)];
      await observe(pool, task, 'missing');
      const { id, taskId } = task;
      if (how === 'settled') await pool.ledger.settle(settleArgs(id, taskId));
      else if (how === 'stuck') await bury(pool, id, 'task_stuck', 'generating');
      else await pool.ledger.resubmit({ id, taskId, limit: 1, evidence, vehicleCheckMs: 1 });
      expect(await observe(pool, other, 'missing')).toMatchObject({ missingTasks: 1 });
    },
  );
});
