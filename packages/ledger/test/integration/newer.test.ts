import { DEAD_LETTER_CLASSES, GATE_REASONS, readWord } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { closeNewerGate, NEWER_WORD, openNewerDeadLetter } from '../../../testkit/src/newer-version.ts';
import { evidence, generating, openPool, redriveArgs, settleArgs, VEHICLE_CHECK_MS, type Pool } from './fixture.ts';

const newerClass = readWord(DEAD_LETTER_CLASSES, NEWER_WORD);
const newerReason = readWord(GATE_REASONS, NEWER_WORD);

async function poolWithDeadLetter(state?: string): Promise<{ pool: Pool; id: string }> {
  const pool = await openPool('newer');
  const id = await pool.create();
  await openNewerDeadLetter(pool, id, state);
  return { pool, id };
}

describe('a gate of a newer version', () => {
  const past = { nextAt: 1, untilAt: 1, intervalMs: 10 };
  test.each([
    ['of an unknown reason and mode', {}, NEWER_WORD],
    ['of an unknown reason, timed and over', { mode: 'timed', ...past }, NEWER_WORD],
    ['of an unknown reason, whose canary is due', { mode: 'canary', ...past }, NEWER_WORD],
    ['of a known reason in an unknown mode', past, 'rate-limit'],
  ])('%s keeps submissions back, and stays', async (_what, gate, reason) => {
    const pool = await openPool('newer');
    const id = await pool.create();
    await closeNewerGate(pool, gate, reason);
    expect(await pool.ledger.peek()).toEqual({ kind: 'wait', reason, waitMs: 500 });
    expect(await pool.admit(id)).toEqual({ kind: 'wait', reason, waitMs: 500 });
    expect(await pool.ledger.gates.closed()).toMatchObject([{ reason, refusals: 3, detail: 'seen' }]);
    // A person may.
    expect(await pool.ledger.gates.open(readWord(GATE_REASONS, reason))).toEqual({ kind: 'opened' });
    expect(await pool.admit(id)).toMatchObject({ kind: 'admitted' });
  });

  test('is not opened by a response, whichever attempt its canary was', async () => {
    const pool = await openPool('newer');
    const id = await pool.create();
    await pool.admit(id, 'token');
    await closeNewerGate(pool, { mode: 'canary', canary: 'token' });
    await pool.accept(id, 'token', 'task-1');
    expect((await pool.ledger.gates.closed()).map(({ reason }) => reason)).toEqual([NEWER_WORD]);
  });

  test('does not hide a known gate: a refusal closes one next to it, and over it', async () => {
    const pool = await openPool('newer');
    const [first, second] = [await pool.create(), await pool.create()];
    await pool.admit(first, 'one');
    await pool.admit(second, 'two');
    await closeNewerGate(pool);
    await closeNewerGate(pool, {}, 'rate-limit');
    const rule = { do: 'refuse', gate: 'rate-limit', times: { waitMs: 60_000 } } as const;
    expect(await pool.refuse(first, 'one', rule)).toMatchObject({ kind: 'queued' });
    const maintenance = { do: 'refuse', gate: 'maintenance', times: { firstMs: 60_000, capMs: 60_000 } } as const;
    expect(await pool.refuse(second, 'two', maintenance)).toMatchObject({ kind: 'queued' });
    const closed = await pool.ledger.gates.closed();
    expect(closed.map(({ reason }) => reason).toSorted()).toEqual([NEWER_WORD, 'maintenance', 'rate-limit']);
    expect(closed.find(({ reason }) => reason === 'rate-limit')).toMatchObject({ mode: NEWER_WORD, refusals: 4 });
  });

  test('over the credits: this version does not probe for it', async () => {
    const pool = await openPool('newer');
    await closeNewerGate(pool, {}, 'credits');
    expect(await pool.ledger.gates.claimProbe()).toBe(false);
    expect(await pool.ledger.gates.probeResult(1000)).toEqual({ kind: 'not_closed' });
    expect(await pool.ledger.gates.open(newerReason)).toEqual({ kind: 'not_closed' });
  });
});

describe('a record of a newer version', () => {
  test('is read with its words unchanged, and without the fields that this version does not know', async () => {
    const { pool, id } = await poolWithDeadLetter();
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({
      state: 'dead',
      deadLetter: { class: NEWER_WORD, evidence: { summary: 'seen by a newer version' }, from: 'queued' },
      attempts: [{ n: 1, outcome: NEWER_WORD }],
    });
    expect(JSON.stringify(record).split(NEWER_WORD)).toHaveLength(3);
  });

  test.each(['noticeState', 'archiveState'])('shows its %s', async (field) => {
    const { pool, id } = await poolWithDeadLetter();
    await pool.redis.hset(`${pool.root}gen:${id}`, field, NEWER_WORD);
    const { delivery, archiving } = (await pool.ledger.read.generation(id)) ?? {};
    expect([delivery?.state, archiving?.state]).toContain(NEWER_WORD);
  });

  test('is in lists and counts, as long as they are few', async () => {
    const { pool, id } = await poolWithDeadLetter();
    expect(await pool.ledger.read.deadLetterCounts()).toMatchObject({ [NEWER_WORD]: 1, task_lost: 0 });
    const { items } = await pool.ledger.read.listDeadLetters({ limit: 10 });
    expect(items).toMatchObject([{ id, class: NEWER_WORD }]);
    expect((await pool.ledger.read.list({ limit: 10 })).items).toMatchObject([{ id }]);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`letter:newer_${i}`, 1]));
    await pool.redis.hset(`${pool.root}stats`, many);
    expect(await pool.ledger.read.deadLetterClasses()).toHaveLength(DEAD_LETTER_CLASSES.length + 20);
  });

  test('is not resumed, purged, killed or cancelled here: each script returns a value and changes nothing', async () => {
    const { pool, id } = await poolWithDeadLetter();
    const before = await pool.raw(id);
    const newer = { kind: 'newer', class: NEWER_WORD };
    expect(await pool.ledger.redrive(redriveArgs(id, newerClass, 'queued'))).toEqual(newer);
    expect(await pool.ledger.redrive(redriveArgs(id, newerClass, 'queued', { payAgain: true }))).toEqual(newer);
    expect(await pool.ledger.redrive(redriveArgs(id, 'task_lost', 'generating'))).toMatchObject({ kind: 'no_letter' });
    expect(await pool.ledger.purge(id, true)).toEqual(newer);
    const kill = { id, class: 'deadline_exceeded', expected: 'queued', evidence } as const;
    expect(await pool.ledger.kill(kill)).toEqual({ kind: 'stale', state: 'dead' });
    expect(await pool.ledger.cancel(id)).toEqual({ kind: 'too_late', state: 'dead' });
    expect(await pool.admit(id)).toMatchObject({ kind: 'stale', state: 'dead' });
    expect(await pool.raw(id)).toEqual(before);
  });

  test('a dead letter of a newer class next to an end keeps that from being purged', async () => {
    const pool = await openPool('newer');
    const { id, taskId } = await generating(pool);
    await pool.ledger.settle(settleArgs(id, taskId));
    await openNewerDeadLetter(pool, id, 'succeeded');
    expect(await pool.ledger.purge(id, false)).toEqual({ kind: 'newer', class: NEWER_WORD });
    expect((await pool.ledger.read.generation(id))?.verdict).toBeDefined();
  });

  test('so does one about its callback', async () => {
    const pool = await openPool('newer');
    const { id, taskId } = await generating(pool);
    await pool.ledger.settle(settleArgs(id, taskId));
    const deadLetter = JSON.stringify({ class: NEWER_WORD, openedAt: 1, evidence });
    await pool.redis.hset(`${pool.root}gen:${id}`, 'noticeLetter', deadLetter);
    expect(await pool.ledger.purge(id, true)).toEqual({ kind: 'newer', class: NEWER_WORD });
  });

  test('in a state of a newer version: every transition is stale, and the sweeper returns it unchanged', async () => {
    const { pool, id } = await poolWithDeadLetter(NEWER_WORD);
    const before = await pool.raw(id);
    const stale = { kind: 'stale', state: NEWER_WORD };
    expect(await pool.admit(id)).toMatchObject(stale);
    expect(await pool.ledger.expire(id)).toMatchObject(stale);
    expect(await pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence })).toMatchObject(stale);
    expect(await pool.ledger.purge(id, true)).toMatchObject(stale);
    expect(await pool.ledger.requeue(id, `${id}-1`, VEHICLE_CHECK_MS)).toMatchObject(stale);
    expect(await pool.ledger.cancel(id)).toEqual({ kind: 'too_late', state: NEWER_WORD });
    await pool.redis.zadd(`${pool.root}watch`, 1, id);
    const swept = await pool.ledger.sweep({ worker: 'one', leaseMs: 1000, limit: 10, vehicleCheckMs: 1 });
    expect(swept).toMatchObject({ kind: 'leader', due: [{ id, state: NEWER_WORD }], mirror: [id] });
    expect(await pool.raw(id)).toEqual(before);
    expect(await pool.redis.zscore(`${pool.root}state:${NEWER_WORD}`, id)).not.toBeNull();
  });

  test('is not paid again automatically where an attempt ended in a way that this version does not know', async () => {
    const pool = await openPool('newer', { unknownWindowMs: 0 });
    const id = await pool.create();
    await pool.admit(id, 'token');
    await pool.lose(id, 'token');
    await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence });
    const attempt = JSON.parse((await pool.raw(id))['a:1'] ?? '');
    const written = JSON.stringify({ ...attempt, sendBy: 0, outcome: NEWER_WORD });
    await pool.redis.hset(`${pool.root}gen:${id}`, 'a:1', written);
    const args = redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true });
    expect(await pool.ledger.redrive({ ...args, automatic: true })).toEqual({ kind: 'by_hand' });
    expect(await pool.ledger.redrive(args)).toMatchObject({ kind: 'redriven' });
  });

  test('a task that turns up for it is kept as surplus: the newer version decides', async () => {
    const { pool, id } = await poolWithDeadLetter('failed');
    const attempt = JSON.parse((await pool.raw(id))['a:1'] ?? '');
    await pool.redis.hset(`${pool.root}gen:${id}`, 'a:1', JSON.stringify({ ...attempt, taskId: undefined }));
    expect(await pool.accept(id, 'newer', 'task-9', { adopted: true })).toMatchObject({ kind: 'surplus' });
    expect(await pool.raw(id)).toMatchObject({ state: 'failed', letterClass: NEWER_WORD });
  });

  test('a callback and an archive in a newer state are left to that version', async () => {
    const pool = await openPool('newer');
    const { id, taskId } = await generating(pool, { callback: true });
    await pool.ledger.settle({ ...settleArgs(id, taskId), archive: 'at-once' });
    await pool.redis.hset(`${pool.root}gen:${id}`, { noticeState: NEWER_WORD, archiveState: NEWER_WORD });
    const before = await pool.raw(id);
    const { noticeVehicle = '', vehicle = '' } = before;
    const tried = { id, evidence, tries: 0, retryDelayMs: 1 };
    expect(
      await pool.ledger.deliveryTried({ ...tried, vehicle: noticeVehicle, delivered: true, giveUpMs: 0 }),
    ).toMatchObject({ kind: 'stale' });
    expect(
      await pool.ledger.unsaved({ ...tried, vehicle, leastTries: 0, hopeless: true, vehicleCheckMs: 1 }),
    ).toMatchObject({ kind: 'stale' });
    expect(await pool.ledger.redeliver(id, noticeVehicle)).toMatchObject({ kind: 'stale' });
    expect(await pool.ledger.purge(id, false)).toMatchObject({ kind: 'stale' });
    expect(await pool.raw(id)).toEqual(before);
  });
});
