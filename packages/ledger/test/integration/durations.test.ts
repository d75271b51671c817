import { describe, expect, test } from 'vitest';
import { bury, generating, openPool, settleArgs, type Pool } from './fixture.ts';

/** Takes a new generation through its verdict. */
async function end(pool: Pool, sample: { kind: string; ms: number }): Promise<void> {
  const { id, taskId } = await generating(pool);
  expect(await pool.ledger.settle({ ...settleArgs(id, taskId), sample })).toMatchObject({ kind: 'settled' });
}

/** Remembers verdicts of many kinds without a generation for each. */
async function learnMany(pool: Pool, kinds: readonly string[]): Promise<void> {
  const { redis, root } = pool;
  await redis.hincrby(`${root}stats`, 'learned', kinds.length);
  await redis.zadd(`${root}kinds`, ...kinds.flatMap((kind, i) => [i + 1, kind]));
  await Promise.all(kinds.map((kind) => redis.rpush(`${root}durations:${kind}`, 1000)));
  await redis.rpush(`${root}kinds:recent`, ...kinds);
}

describe('completion times', () => {
  test('are taken once per verdict, failures too, newest first', async () => {
    const pool = await openPool('durations');
    const { id, taskId } = await generating(pool);
    const verdict = { ...settleArgs(id, taskId), sample: { kind: 'm|5s', ms: 150_000 } };
    await Promise.all([pool.ledger.settle(verdict), pool.ledger.settle(verdict)]);
    await pool.ledger.settle(verdict);
    const failed = await generating(pool);
    const failure = settleArgs(failed.id, failed.taskId, 'fail');
    await pool.ledger.settle({ ...failure, sample: { kind: 'm|5s', ms: 20_000.4 } });
    expect(await pool.ledger.read.durations(['m|5s', 'none'])).toEqual([[20_000, 150_000], []]);
    const { versions, recent } = await pool.ledger.read.learnedKinds();
    expect(recent).toEqual(['m|5s', 'm|5s']);
    expect(Object.fromEntries(versions)).toEqual({ 'm|5s': 2 });
  });

  test('come from a verdict of the current task only; a late one of a task given up counts', async () => {
    const pool = await openPool('durations');
    const { id, taskId } = await generating(pool);
    const sample = { kind: 'm', ms: 1000 };
    expect(await pool.ledger.settle({ ...settleArgs(id, 'another-task'), sample })).toMatchObject({ kind: 'stale' });
    expect(await pool.ledger.read.durations(['m'])).toEqual([[]]);
    await bury(pool, id, 'task_stuck', 'generating');
    await pool.ledger.settle({ ...settleArgs(id, taskId), sample });
    expect(await pool.ledger.read.durations(['m'])).toEqual([[1000]]);
  });

  test('a verdict without one teaches nothing', async () => {
    const pool = await openPool('durations');
    const { id, taskId } = await generating(pool);
    await pool.ledger.settle(settleArgs(id, taskId));
    expect((await pool.ledger.read.learnedKinds()).versions.size).toBe(0);
  });

  test('are the last 200 of a kind', async () => {
    const pool = await openPool('durations');
    const times = Array.from({ length: 200 }, (_, i) => i + 1);
    await pool.redis.rpush(`${pool.root}durations:m`, ...times);
    await pool.redis.rpush(`${pool.root}kinds:recent`, ...times.map(() => 'm'));
    await end(pool, { kind: 'm', ms: 5000 });
    const [kept = []] = await pool.ledger.read.durations(['m']);
    expect(kept).toHaveLength(200);
    expect([kept[0], kept[1], kept.at(-1)]).toEqual([5000, 1, 199]);
    expect((await pool.ledger.read.learnedKinds()).recent).toHaveLength(200);
  });

  test('are those of the 200 kinds that were used last', async () => {
    const pool = await openPool('durations');
    const kinds = Array.from({ length: 200 }, (_, i) => `kind-${i}`);
    await learnMany(pool, kinds);
    await end(pool, { kind: 'kind-0', ms: 2000 });
    await end(pool, { kind: 'new', ms: 3000 });
    const { versions } = await pool.ledger.read.learnedKinds();
    expect(versions.size).toBe(200);
    expect(versions.has('kind-1')).toBe(false);
    expect(versions.get('new')).toBeGreaterThan(versions.get('kind-0') ?? Infinity);
    expect(await pool.ledger.read.durations(['kind-0', 'kind-1', 'new'])).toEqual([[2000, 1000], [], [3000]]);
  });

  test('the kind is recorded when the task is accepted, and each poll gets it', async () => {
    const pool = await openPool('durations');
    const id = await pool.create();
    await pool.admit(id, 'token');
    await pool.accept(id, 'token', 'task-1', { kind: 'm|5s' });
    const poll = { id, vehicle: `${id}-2`, permit: 'p', timeoutMs: 1000 };
    expect(await pool.ledger.poll(poll)).toMatchObject({ timingKind: 'm|5s', model: 'm', polls: 0 });
    const without = await generating(pool);
    const reply = await pool.ledger.poll({ ...poll, id: without.id, vehicle: `${without.id}-2` });
    expect(reply).toMatchObject({ model: 'm' });
    expect(reply).not.toHaveProperty('timingKind');
  });
});
