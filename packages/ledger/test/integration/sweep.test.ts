import { describe, expect, test } from 'vitest';
import { evidence, generating, often, openPool, settleArgs, SHORT_LEASE, unknown, type Pool } from './fixture.ts';

function sweep(
  pool: Pool,
  worker = 'worker-1',
  change: { leaseMs?: number; limit?: number; turn?: number; vehicleCheckMs?: number } = {},
) {
  return pool.ledger.sweep({ worker, leaseMs: 60_000, limit: 100, vehicleCheckMs: 60_000, ...change });
}

async function dueIds(pool: Pool, change: { limit?: number; turn?: number } = {}): Promise<string[]> {
  const reply = await sweep(pool, 'worker-1', change);
  return reply.kind === 'leader' ? reply.due.map(({ id }) => id) : [];
}

/** This many generations that have been due for a check for long. */
async function longDue(pool: Pool, ids: readonly string[], since = 1): Promise<void> {
  for (const [i, id] of ids.entries()) await pool.redis.zadd(`${pool.root}watch`, since + i, id);
}

function several<Made>(count: number, make: () => Promise<Made>): Promise<Made[]> {
  return Promise.all(Array.from({ length: count }, make));
}

describe('the lease', () => {
  test('is held by one worker until it ends', async () => {
    const pool = await openPool('sweep');
    expect(await sweep(pool, 'one')).toEqual({
      kind: 'leader',
      more: false,
      due: [],
      mirror: [],
      deliveries: [],
      claims: [],
    });
    expect(await sweep(pool, 'other')).toEqual({ kind: 'other', worker: 'one' });
    expect(await sweep(pool, 'one', { leaseMs: 60 })).toMatchObject({ kind: 'leader' });
    await expect.poll(() => sweep(pool, 'other'), often).toMatchObject({ kind: 'leader' });
    expect(await sweep(pool, 'one')).toEqual({ kind: 'other', worker: 'other' });
  });

  test('of many at once one leads', async () => {
    const pool = await openPool('sweep');
    const workers = await Promise.all(Array.from({ length: 4 }, () => pool.another()));
    const replies = await Promise.all(
      workers.map((ledger, i) => ledger.sweep({ worker: `w${i}`, leaseMs: 60_000, limit: 1, vehicleCheckMs: 1 })),
    );
    expect(replies.filter(({ kind }) => kind === 'leader')).toHaveLength(1);
  });
});

describe('due generations', () => {
  test('come when their time is up, and then again later', async () => {
    const pool = await openPool('due');
    const id = await pool.create({ vehicleCheckMs: 20 });
    const later = await pool.create({ vehicleCheckMs: 600_000 });
    await expect.poll(() => dueIds(pool), often).toEqual([id]);
    expect(await dueIds(pool)).toEqual([]);
    expect(later).not.toBe(id);
  });

  test('a queued one past its deadline is marked', async () => {
    const pool = await openPool('due');
    const id = await pool.create({ deadlineMs: 10 });
    const due = async () => {
      const reply = await sweep(pool);
      return reply.kind === 'leader' ? reply.due : [];
    };
    await expect
      .poll(due, often)
      .toEqual([{ id, state: 'queued', vehicle: `${id}-1`, queue: 'submit', pastDeadline: true, overdue: false }]);
  });

  test('a planned start is not overdue before it', async () => {
    const pool = await openPool('due');
    const id = await pool.create({ delayMs: 600_000, deadlineMs: 10, vehicleCheckMs: 10 });
    const createdAt = Number((await pool.raw(id))['createdAt']);
    await expect.poll(() => pool.now(), often).toBeGreaterThan(createdAt + 20);
    expect(await dueIds(pool)).toEqual([]);
    const watched = Number(await pool.redis.zscore(`${pool.root}watch`, id));
    expect(watched).toBe(createdAt + 600_010);
  });

  // @guarantee G2
  test('a lease that ended, a window that closed and a poll that is overdue are all found', async () => {
    const pool = await openPool('due', { submitTimeoutMs: 1, unknownWindowMs: 1 });
    const submitting = await pool.create();
    await pool.admit(submitting, 'token', SHORT_LEASE);
    const lost = await unknown(pool);
    const task = await generating(pool);
    await pool.ledger.observe({
      id: task.id,
      taskId: task.taskId,
      seen: 'running',
      pollDelayMs: 1,
      missingWindowMs: 1,
      vehicleCheckMs: 1,
    });
    const found = new Set<string>();
    await expect.poll(async () => (await dueIds(pool)).forEach((id) => found.add(id)) ?? found.size, often).toBe(3);
    expect(found).toEqual(new Set([submitting, lost.id, task.id]));
  });

  test('a full batch says that there is more', async () => {
    const pool = await openPool('due');
    for (let i = 0; i < 3; i += 1) await pool.create({ deadlineMs: 0 });
    const reply = await sweep(pool, 'worker-1', { limit: 2 });
    expect(reply).toMatchObject({ kind: 'leader', more: true, due: [{}, {}] });
    expect(await sweep(pool, 'worker-1', { limit: 2 })).toMatchObject({ more: false, due: [{}] });
  });

  test('what is watched without a record is forgotten', async () => {
    const pool = await openPool('due');
    await pool.redis.zadd(`${pool.root}watch`, 1, 'gen_vanished00');
    expect(await dueIds(pool)).toEqual([]);
    expect(await pool.redis.zcard(`${pool.root}watch`)).toBe(0);
  });

  // @guarantee G2
  test('one that fell out of the index of its state is put back and counted', async () => {
    const pool = await openPool('due');
    const { id, taskId } = await generating(pool);
    await pool.ledger.observe({ id, taskId, seen: 'running', pollDelayMs: 0, missingWindowMs: 1, vehicleCheckMs: 0 });
    await pool.redis.zrem(`${pool.root}state:generating`, id);
    expect(await dueIds(pool)).toEqual([id]);
    expect((await pool.ledger.read.stateCounts()).generating).toBe(1);
    expect((await pool.ledger.read.stats())['index_repaired']).toBe(1);
  });

  test('one that is in the index of another state is moved to its own, and counted', async () => {
    const pool = await openPool('due');
    const { id, taskId } = await generating(pool);
    await pool.ledger.observe({ id, taskId, seen: 'running', pollDelayMs: 0, missingWindowMs: 1, vehicleCheckMs: 0 });
    await pool.redis.zrem(`${pool.root}state:generating`, id);
    await pool.redis.zadd(`${pool.root}state:unknown`, 1, id);
    expect(await dueIds(pool)).toEqual([id]);
    expect(await pool.ledger.read.stateCounts()).toMatchObject({ generating: 1, unknown: 0 });
    expect((await pool.ledger.read.stats())['index_repaired']).toBe(2);
  });
});

describe('when more are due than a round takes', () => {
  // @guarantee G2
  test('what may be paid comes before checks of jobs that were due long before', async () => {
    const pool = await openPool('urgent', { submitTimeoutMs: 1, unknownWindowMs: 1 });
    const queued = await several(20, () => pool.create());
    const submitting = await pool.create();
    await pool.admit(submitting, 'token', SHORT_LEASE);
    const [lost, task] = [await unknown(pool), await generating(pool)];
    const urgent = [submitting, lost.id, task.id];
    await longDue(pool, queued);
    await longDue(pool, urgent, 1000);
    expect(await dueIds(pool, { limit: 10 })).toEqual([...urgent, ...queued.slice(0, 7)]);
    expect(await dueIds(pool, { limit: 10 })).toEqual(queued.slice(7, 17));
  });

  test('of tasks that run only those that are due, and half of the round is for others', async () => {
    const pool = await openPool('urgent');
    const tasks = await several(8, () => generating(pool));
    const queued = await several(20, () => pool.create());
    await longDue(pool, queued);
    await longDue(
      pool,
      tasks.slice(1).map(({ id }) => id),
      1000,
    );
    const due = await dueIds(pool, { limit: 10 });
    const isRunning = new Set(tasks.slice(1).map(({ id }) => id));
    expect(due.map((id) => isRunning.has(id))).toEqual([...Array(5).fill(true), ...Array(5).fill(false)]);
    expect(due.slice(5)).toEqual(queued.slice(0, 5));
  });

  test('each of many tasks has its turn, long before the checks are through', async () => {
    const pool = await openPool('urgent');
    const tasks = await several(9, () => generating(pool));
    const queued = await several(40, () => pool.create());
    await longDue(pool, queued);
    const late = tasks.map(({ id }) => id).toSorted()[8] ?? '';
    await pool.redis.zadd(`${pool.root}state:generating`, await pool.now(), late);
    await longDue(pool, [late], 1000);
    const seen: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) seen.push(...(await dueIds(pool, { limit: 2, turn })));
    expect(seen).toContain(late);
    expect(seen).toHaveLength(10);
  });

  test('each comes once, whatever it is', async () => {
    const pool = await openPool('urgent');
    const tasks = await several(12, () => generating(pool));
    const ids = [...tasks.map(({ id }) => id), ...(await several(12, () => pool.create()))];
    await longDue(pool, ids);
    const seen: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) seen.push(...(await dueIds(pool, { limit: 4, turn })));
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect(await sweep(pool, 'worker-1', { limit: 4 })).toMatchObject({ more: false, due: [] });
  });
});

describe('generations in the index of a state', () => {
  /** As many rounds as check every index once, of which none has more than `parts` parts. */
  async function rounds(pool: Pool, parts: number, limit: number): Promise<void> {
    for (let turn = 0; turn < 9 * parts; turn += 1) await sweep(pool, 'worker-1', { turn, limit });
  }

  // @guarantee G2
  test.each(['queued', 'submitting', 'unknown', 'archiving', 'succeeded', 'failed', 'cancelled', 'dead'])(
    'and is generating, is taken out of %s by and by, and counted',
    async (state) => {
      const pool = await openPool('index');
      const { id } = await generating(pool);
      await pool.redis.zadd(`${pool.root}state:${state}`, 1, id);
      await rounds(pool, 1, 100);
      const counts = await pool.ledger.read.stateCounts();
      expect(counts).toMatchObject({ generating: 1, [state]: 0 });
      expect((await pool.ledger.read.stats())['index_repaired']).toBe(1);
    },
  );

  test('however many are in it', async () => {
    const pool = await openPool('index');
    const tasks = await several(10, () => generating(pool));
    const queued = await several(3, () => pool.create());
    for (const id of queued) await pool.redis.zadd(`${pool.root}state:generating`, await pool.now(), id);
    // Twice: what is taken out moves the others to another part.
    await rounds(pool, 2 * 7, 2);
    expect(await pool.ledger.read.stateCounts()).toMatchObject({ generating: tasks.length, queued: 3 });
    expect((await pool.ledger.read.stats())['index_repaired']).toBe(3);
  });

  test('and has no record, does not count as in flight for ever', async () => {
    const pool = await openPool('index');
    await pool.redis.zadd(`${pool.root}state:generating`, 1, 'gen_vanished00');
    await rounds(pool, 1, 100);
    expect((await pool.ledger.read.stateCounts()).generating).toBe(0);
  });

  test('and belongs there, stays as it is', async () => {
    const pool = await openPool('index', { unknownWindowMs: 60_000 });
    const ids = [await pool.create(), (await unknown(pool)).id, (await generating(pool)).id];
    const slots = () =>
      Promise.all(
        ['queued', 'unknown', 'generating'].map((state) =>
          pool.redis.zrange(`${pool.root}state:${state}`, '0', '-1', 'WITHSCORES'),
        ),
      );
    const before = await slots();
    await longDue(pool, ids);
    await rounds(pool, 1, 100);
    expect(await slots()).toEqual(before);
    expect((await pool.ledger.read.stats())['index_repaired']).toBeUndefined();
  });
});

test('a dead letter that opens or closes is handed over until it is mirrored as it is now', async () => {
  const pool = await openPool('mirror');
  const { id, taskId } = await generating(pool);
  const mirror = async () => {
    const reply = await sweep(pool);
    return reply.kind === 'leader' ? reply.mirror : [];
  };
  await pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence });
  expect(await mirror()).toEqual([id]);
  // A sweeper that died before it was done changes nothing.
  expect(await mirror()).toEqual([id]);
  await pool.ledger.mirrored(id, 1);
  expect(await mirror()).toEqual([]);
  await pool.ledger.settle(settleArgs(id, taskId));
  // What was read before the dead letter closed does not count.
  await pool.ledger.mirrored(id, 1);
  expect(await mirror()).toEqual([id]);
  await pool.ledger.mirrored(id, 2);
  expect(await mirror()).toEqual([]);
  // A sweeper that was frozen after it read the older dead letter has just shown it.
  await pool.ledger.mirrored(id, 1);
  expect(await mirror()).toEqual([id]);
});

describe('requeue', () => {
  // @guarantee G2
  test('two sweepers that miss the same job name one new vehicle', async () => {
    const pool = await openPool('requeue');
    const { id } = await generating(pool);
    const replies = await Promise.all([
      pool.ledger.requeue(id, `${id}-2`, 1000),
      pool.ledger.requeue(id, `${id}-2`, 1000),
    ]);
    const one = { kind: 'requeued', vehicle: `${id}-3`, queue: 'poll', delayMs: expect.closeTo(1000, -3) };
    expect(replies).toEqual([one, one]);
    expect(await pool.raw(id)).toMatchObject({ epoch: '3' });
    expect((await pool.ledger.read.stats())['requeued']).toBe(1);
  });

  test('a vehicle that was replaced in the meantime is named by no late sweeper', async () => {
    const pool = await openPool('requeue');
    const { id, taskId } = await generating(pool);
    await pool.ledger.requeue(id, `${id}-2`, 1000);
    await pool.ledger.resubmit({ id, taskId, limit: 1, evidence, vehicleCheckMs: 1000 });
    expect(await pool.ledger.requeue(id, `${id}-2`, 1000)).toEqual({
      kind: 'stale',
      state: 'queued',
    });
  });

  test('a queued one keeps its start, an archiving one begins at once', async () => {
    const pool = await openPool('requeue');
    const planned = await pool.create({ delayMs: 600_000 });
    expect(await pool.ledger.requeue(planned, `${planned}-1`, 1000)).toMatchObject({
      queue: 'submit',
      delayMs: expect.closeTo(600_000, -4),
    });
    const { id, taskId } = await generating(pool);
    await pool.ledger.observe({
      id,
      taskId,
      seen: 'running',
      pollDelayMs: 600_000,
      missingWindowMs: 1,
      vehicleCheckMs: 0,
    });
    await pool.ledger.settle({ ...settleArgs(id, taskId), archive: 'wait' });
    expect(await pool.ledger.requeue(id, `${id}-3`, 1000)).toMatchObject({
      kind: 'requeued',
      queue: 'archive',
      delayMs: 0,
    });
  });

  test.each(['submitting', 'unknown', 'succeeded'] as const)('%s needs no vehicle', async (state) => {
    const pool = await openPool('requeue');
    const id = await pool.create();
    await pool.admit(id);
    if (state === 'unknown') await pool.lose(id, 'token');
    if (state === 'succeeded') {
      await pool.accept(id, 'token', 'task-1');
      await pool.ledger.settle(settleArgs(id, 'task-1'));
    }
    const { vehicle = '' } = await pool.raw(id);
    expect(await pool.ledger.requeue(id, vehicle, 1000)).toMatchObject({ kind: 'stale', state });
  });
});
