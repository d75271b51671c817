import { callerState, DEAD_LETTER_CLASSES, readWord, redriveRule, type DeadLetterClass } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { NEWER_WORD } from '../../../testkit/src/newer-version.ts';
import {
  bury,
  evidence,
  generating,
  openPool,
  redriveArgs,
  settleArgs,
  VEHICLE_CHECK_MS,
  type Pool,
} from './fixture.ts';

/** Classes that 0.2.0 does not know. */
const SINCE_0_3_0 = ['upload_missing', 'result_unreadable'] as const satisfies readonly DeadLetterClass[];

/** A generation that this version has killed so, with everything that it writes on the way there. */
async function killed(pool: Pool, deadLetterClass: (typeof SINCE_0_3_0)[number]) {
  if (deadLetterClass === 'upload_missing') {
    const id = await pool.create({ callback: true });
    await bury(pool, id, deadLetterClass, 'queued');
    return { id, taskId: 'nothing', token: 'nobody' };
  }
  const task = await generating(pool, { callback: true });
  const { id, taskId } = task;
  const times = { pollDelayMs: 1000, missingWindowMs: 1000, vehicleCheckMs: VEHICLE_CHECK_MS };
  await pool.ledger.observe({ id, taskId, seen: 'no_result', ...times });
  await bury(pool, id, deadLetterClass, 'generating');
  return task;
}

/** The same under a name that this version does not know: the previous version, whose rules (0019) these are, sees it so. */
async function disguise({ redis, root }: Pool, id: string, deadLetterClass: DeadLetterClass): Promise<void> {
  const record = `${root}gen:${id}`;
  const deadLetter = (await redis.hget(record, 'letter')) ?? '';
  await redis.hset(record, {
    letter: deadLetter.replace(deadLetterClass, NEWER_WORD),
    letterClass: NEWER_WORD,
  });
  await redis.rename(`${root}letters:${deadLetterClass}`, `${root}letters:${NEWER_WORD}`);
  await redis.hincrby(`${root}stats`, `letter:${NEWER_WORD}`, 1);
}

describe.each(SINCE_0_3_0)('a letter %s, seen by a version that does not know it', (deadLetterClass) => {
  test('is read, listed and counted by its name, and its caller gets the right state', async () => {
    const pool = await openPool('before');
    const { id } = await killed(pool, deadLetterClass);
    await disguise(pool, id, deadLetterClass);
    const record = await pool.ledger.read.generation(id);
    const deadLetter = record?.deadLetter ?? expect.fail();
    expect(deadLetter).toMatchObject({ class: NEWER_WORD, evidence });
    expect(redriveRule(deadLetter.class)).toMatchObject({ resumesAt: null, payAgainResumesAt: null });
    expect((await pool.ledger.read.listDeadLetters({ limit: 10 })).items).toMatchObject([{ id, class: NEWER_WORD }]);
    expect(await pool.ledger.read.deadLetterCounts()).toMatchObject({ [NEWER_WORD]: 1 });
    const facts = { state: 'dead', deadLetter: { ...deadLetter, heldUntil: deadLetter.heldUntil } } as const;
    const isHeld = deadLetterClass === 'result_unreadable';
    expect(callerState(facts, deadLetter.openedAt).state).toBe(isHeld ? 'waiting' : 'fail');
    expect(callerState(facts, deadLetter.heldUntil ?? deadLetter.openedAt).state).toBe('fail');
    // A worker of either version delivers it then.
    expect(record?.delivery?.dueAt).toBe(deadLetter.heldUntil ?? deadLetter.openedAt);
  });

  test('is not resumed, purged, settled, killed or adopted there', async () => {
    const pool = await openPool('before');
    const { id, taskId, token } = await killed(pool, deadLetterClass);
    await disguise(pool, id, deadLetterClass);
    const before = await pool.raw(id);
    const unknownClass = readWord(DEAD_LETTER_CLASSES, NEWER_WORD);
    for (const payAgain of [false, true])
      expect(await pool.ledger.redrive(redriveArgs(id, unknownClass, 'queued', { payAgain }))).toMatchObject({
        kind: 'newer',
      });
    expect(await pool.ledger.purge(id, true)).toMatchObject({ kind: 'newer' });
    expect(await pool.ledger.settle(settleArgs(id, taskId))).toMatchObject({ kind: 'stale', state: 'dead' });
    for (const expected of ['queued', 'generating'] as const) {
      const kill = { id, class: deadLetterClass, expected, evidence } as const;
      expect(await pool.ledger.kill(kill)).toMatchObject({ kind: 'stale', state: 'dead' });
    }
    expect(await pool.admit(id)).toMatchObject({ kind: 'stale' });
    expect(await pool.raw(id)).toEqual(before);
    const calledBack = await pool.ledger.callback({ id, tokenHash: token, taskId, vehicleCheckMs: VEHICLE_CHECK_MS });
    expect(calledBack.kind).toMatch(/^(settled|unknown_attempt)$/);
    expect(await pool.state(id)).toBe('dead');
  });
});
