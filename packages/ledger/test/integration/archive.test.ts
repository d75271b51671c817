import { describe, expect, test, vi } from 'vitest';
import type { UnsavedArgs } from '@kieq/ledger';
import { evidence, generating, openPool, redriveArgs, settleArgs, VEHICLE_CHECK_MS, type Pool } from './fixture.ts';

const TTL_MS = 86_400_000;
const FILE = { name: 't/x.mp4', contentType: 'video/mp4', bytes: 9_007_199_254, sha256: 'ab' };
const MODES = ['wait', 'at-once'] as const;
type Mode = (typeof MODES)[number];

async function settled(pool: Pool, mode: Mode, completeTime?: number): Promise<{ id: string; vehicle: string }> {
  const { id, taskId } = await generating(pool);
  const args = settleArgs(id, taskId);
  const verdict = completeTime === undefined ? args.verdict : { ...args.verdict, completeTime };
  const reply = await pool.ledger.settle({ ...args, verdict, archive: mode });
  if (reply.kind !== 'settled' || reply.archive === undefined) throw new Error(`not settled: ${JSON.stringify(reply)}`);
  return { id, vehicle: reply.archive.vehicle };
}

function unsavedArgs(id: string, vehicle: string, change: Partial<UnsavedArgs> = {}): UnsavedArgs {
  return {
    id,
    vehicle,
    tries: 0,
    evidence,
    retryDelayMs: 1000,
    leastTries: 1,
    hopeless: false,
    vehicleCheckMs: VEHICLE_CHECK_MS,
    ...change,
  };
}

const pending = (pool: Pool): Promise<string[]> =>
  pool.redis.zrangebyscore(`${pool.root}archives`, '-inf', '+inf', 'WITHSCORES');
const openDeadLetters = async (pool: Pool) => (await pool.ledger.read.deadLetterCounts()).archive_failed;

describe.each(MODES)('archive %s', (mode) => {
  const before = mode === 'wait' ? 'archiving' : 'succeeded';

  test('a success names the job and when its links expire; the same call again says the same', async () => {
    const pool = await openPool('archive', { archiveLinkTtlMs: TTL_MS });
    const { id, vehicle } = await settled(pool, mode);
    const now = await pool.now();
    const args = settleArgs(id, `${id}-task`);
    const again = await pool.ledger.settle({ ...args, archive: mode });
    expect(again).toMatchObject({
      kind: 'settled',
      state: before,
      archive: { vehicle, dueBy: expect.closeTo(now + TTL_MS, -4) },
    });
    expect(await pool.ledger.read.generation(id)).toMatchObject({
      state: before,
      queue: 'archive',
      vehicle,
      archiving: { state: 'pending', tries: 0, files: [] },
    });
    expect(await pending(pool)).toEqual([id, expect.any(String)]);
  });

  test('links are counted from the end of the task, by a clock that makes sense', async () => {
    const pool = await openPool('archive', { archiveLinkTtlMs: TTL_MS });
    const dueBy = async (id: string) => (await pool.ledger.read.generation(id))?.archiving?.dueBy ?? 0;
    const accepted = await pool.now();
    const seconds = await settled(pool, mode, Math.floor(accepted / 1000));
    expect(await dueBy(seconds.id)).toBeGreaterThanOrEqual(accepted + TTL_MS);
    const future = await settled(pool, mode, accepted + 10 * TTL_MS);
    expect(await dueBy(future.id)).toBeLessThanOrEqual((await pool.now()) + TTL_MS);
    const { id, taskId } = await generating(pool);
    await pool.redis.hset(`${pool.root}gen:${id}`, 'acceptedAt', accepted - 7_200_000);
    const args = settleArgs(id, taskId);
    await pool.ledger.settle({
      ...args,
      verdict: { ...args.verdict, completeTime: accepted - 3_600_000 },
      archive: mode,
    });
    expect(await dueBy(id)).toBe(accepted - 3_600_000 + TTL_MS);
  });

  test('archived: it has succeeded, and names its files', async () => {
    const pool = await openPool('archive');
    const { id } = await settled(pool, mode);
    const reply = await pool.ledger.archived(id, { files: [FILE] });
    expect(reply).toMatchObject({ kind: 'succeeded' });
    expect(await pool.ledger.archived(id, { files: [FILE] })).toEqual(reply);
    expect(await pool.ledger.read.generation(id)).toMatchObject({
      state: 'succeeded',
      archiving: { state: 'done', files: [FILE], archivedAt: expect.any(Number) },
    });
    expect(await pending(pool)).toEqual([]);
    expect(await pool.ledger.read.stats()).toMatchObject({ archived: 1 });
  });

  test('a failed try is counted once, by its own job', async () => {
    const pool = await openPool('archive');
    const { id, vehicle } = await settled(pool, mode);
    const args = unsavedArgs(id, vehicle);
    expect(await pool.ledger.unsaved(args)).toEqual({ kind: 'retry', delayMs: 1000 });
    expect(await pool.ledger.unsaved(args)).toMatchObject({ kind: 'retry' });
    expect(await pool.ledger.unsaved({ ...args, vehicle: 'another', tries: 1 })).toMatchObject({ kind: 'stale' });
    expect(await pool.ledger.read.generation(id)).toMatchObject({ state: before, archiving: { tries: 1, evidence } });
  });

  test('given up when the next try is after the death of its links, but not before so many tries', async () => {
    const pool = await openPool('archive', { archiveLinkTtlMs: 1 });
    const { id, vehicle } = await settled(pool, mode);
    const args = unsavedArgs(id, vehicle, { leastTries: 2 });
    expect(await pool.ledger.unsaved(args)).toMatchObject({ kind: 'retry' });
    const last = await pool.ledger.unsaved({ ...args, tries: 1 });
    expect(last).toMatchObject({ kind: 'given_up' });
    expect(await pool.ledger.unsaved({ ...args, tries: 1 })).toEqual(last);
    expect(await pool.ledger.read.generation(id)).toMatchObject({
      state: mode === 'wait' ? 'dead' : 'succeeded',
      deadLetter: { class: 'archive_failed', evidence, from: before },
      archiving: { state: 'failed', tries: 2 },
    });
    expect(await pending(pool)).toEqual([]);
    expect(await openDeadLetters(pool)).toBe(1);
  });

  test('given up early where trying again changes nothing', async () => {
    const pool = await openPool('archive');
    const { id, vehicle } = await settled(pool, mode);
    const args = unsavedArgs(id, vehicle, { hopeless: true });
    expect(await pool.ledger.unsaved(args)).toMatchObject({ kind: 'given_up' });
  });

  test('redrive continues archiving only, with a new deadline; late success closes the dead letter too', async () => {
    const pool = await openPool('archive', { archiveLinkTtlMs: TTL_MS });
    const { id, vehicle } = await settled(pool, mode);
    await pool.ledger.unsaved(unsavedArgs(id, vehicle, { hopeless: true }));
    const reply = await pool.ledger.redrive(redriveArgs(id, 'archive_failed', 'archiving'));
    expect(reply).toMatchObject({ kind: 'redriven', state: before, archive: { delayMs: 0 } });
    const again = await pool.ledger.read.generation(id);
    expect(again).toMatchObject({ state: before, archiving: { state: 'pending', tries: 0 } });
    expect(again?.vehicle).not.toBe(vehicle);
    expect(again?.deadLetter).toBeUndefined();
    expect(again?.archiving?.dueBy).toBeGreaterThan((await pool.now()) + TTL_MS - 60_000);
    expect(await openDeadLetters(pool)).toBe(0);

    await pool.ledger.unsaved(unsavedArgs(id, again?.vehicle ?? '', { hopeless: true }));
    expect(await pool.ledger.archived(id, { files: [FILE] })).toMatchObject({ kind: 'succeeded' });
    expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'succeeded', archiving: { state: 'done' } });
    expect(await openDeadLetters(pool)).toBe(0);
  });

  test('the sweeper sees it, also when its links are dead, and names a new job for the time of its next try', async () => {
    const pool = await openPool('archive', { archiveLinkTtlMs: 1 });
    const { id, vehicle } = await settled(pool, mode);
    await pool.ledger.unsaved(unsavedArgs(id, vehicle, { leastTries: 9, retryDelayMs: 50_000 }));
    const dueBy = (await pool.ledger.read.generation(id))?.archiving?.dueBy ?? Number.NaN;
    await vi.waitFor(async () => expect(await pool.now()).toBeGreaterThan(dueBy));
    await pool.redis.zadd(`${pool.root}watch`, 1, id);
    const swept = await pool.ledger.sweep({ worker: 'w', leaseMs: 1000, limit: 10, vehicleCheckMs: 1000 });
    expect(swept).toMatchObject({ due: [{ id, state: before, archiving: true, linksDead: true, overdue: false }] });
    expect(await pool.ledger.requeue(id, vehicle, 1000)).toMatchObject({
      kind: 'requeued',
      queue: 'archive',
      delayMs: expect.closeTo(50_000, -4),
      archive: { dueBy: expect.any(Number) },
    });
  });
});

test('a fail and a success without the wish to archive are ended at once', async () => {
  const pool = await openPool('archive');
  for (const [state, archive] of [
    ['success', 'no'],
    ['fail', 'wait'],
    ['fail', 'at-once'],
  ] as const) {
    const { id, taskId } = await generating(pool);
    const reply = await pool.ledger.settle({ ...settleArgs(id, taskId, state), archive });
    expect(reply).not.toHaveProperty('archive');
    expect((await pool.ledger.read.generation(id))?.archiving).toBeUndefined();
  }
  expect(await pending(pool)).toEqual([]);
});

test('what is being saved is purged by a person only; its late files are then to go', async () => {
  const pool = await openPool('archive');
  const { id } = await settled(pool, 'at-once');
  expect(await pool.ledger.purge(id, false)).toMatchObject({ kind: 'stale' });
  expect(await pool.ledger.purge(id, true)).toMatchObject({ kind: 'purged' });
  expect(await pool.ledger.archived(id, { files: [FILE] })).toEqual({ kind: 'purged' });
  expect(await pending(pool)).toEqual([]);
  expect(Object.keys(await pool.raw(id)).filter((field) => field.startsWith('archive'))).toEqual([]);
});

test('kill ends it as well', async () => {
  const pool = await openPool('archive');
  const { id } = await settled(pool, 'wait');
  await pool.ledger.kill({ id, class: 'archive_failed', expected: 'archiving', evidence });
  expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'dead', archiving: { state: 'failed' } });
  expect(await pending(pool)).toEqual([]);
});
