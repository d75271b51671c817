import { DEAD_LETTER_CLASSES, DEAD_LETTERS, type DeadLetterClass } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  bury,
  DIE,
  evidence,
  generating,
  makeOld,
  often,
  openPool,
  paymentUnknown,
  type Pool,
  redriveArgs,
  settleArgs,
  SHORT_LEASE,
  unknown,
} from './fixture.ts';

const quick = { unknownWindowMs: 1, submitTimeoutMs: 1, creditDeadlineMs: 0 };

async function archiving(pool: Pool): Promise<string> {
  const { id, taskId } = await generating(pool);
  await pool.ledger.settle({ ...settleArgs(id, taskId), archive: 'wait' });
  return id;
}

const STATES = ['queued', 'submitting', 'unknown', 'generating', 'archiving'] as const;
type Alive = (typeof STATES)[number];

const REACH: Record<Alive, (pool: Pool) => Promise<string>> = {
  queued: (pool) => pool.create({ deadlineMs: 0 }),
  submitting: async (pool) => {
    const id = await pool.create();
    await pool.admit(id);
    return id;
  },
  unknown: async (pool) => (await unknown(pool)).id,
  generating: async (pool) => (await generating(pool)).id,
  archiving,
};

/** Every other pair of state and class is refused; the rows themselves are pinned beside the domain's table. */
const mayKill = (deadLetterClass: DeadLetterClass, state: Alive): boolean =>
  DEAD_LETTERS[deadLetterClass].killsFrom.some((from) => from === state);

const PAIRS = STATES.flatMap((state) =>
  DEAD_LETTER_CLASSES.map((deadLetterClass) => ({ state, deadLetterClass, allowed: mayKill(deadLetterClass, state) })),
);

describe('kill', () => {
  test.each(PAIRS.filter(({ allowed }) => !allowed))(
    '$state is not killed by $letterClass',
    async ({ state, deadLetterClass }) => {
      const pool = await openPool('kill', quick);
      const id = await REACH[state](pool);
      const before = await pool.raw(id);
      expect(
        await pool.ledger.kill({ id, class: deadLetterClass, expected: state, evidence, account: ACCOUNT }),
      ).toMatchObject({ kind: 'stale', state });
      expect(await pool.raw(id)).toEqual(before);
    },
  );

  test.each(PAIRS.filter(({ allowed }) => allowed))(
    '$state is killed by $letterClass',
    async ({ state, deadLetterClass }) => {
      const pool = await openPool('kill', quick);
      const id = await REACH[state](pool);
      await bury(pool, id, deadLetterClass, state);
      const dead = await pool.raw(id);
      expect(
        await pool.ledger.kill({ id, class: deadLetterClass, expected: state, evidence, account: ACCOUNT }),
      ).toEqual({
        kind: 'dead',
        class: deadLetterClass,
      });
      expect(await pool.raw(id)).toEqual(dead);
      expect(await pool.ledger.read.generation(id)).toMatchObject({
        state: 'dead',
        deadLetter: { class: deadLetterClass, from: state, evidence },
        endedAt: expect.any(Number),
      });
      expect((await pool.ledger.read.deadLetterCounts())[deadLetterClass]).toBe(1);
    },
  );

  test('the state must be the one that the caller saw', async () => {
    const pool = await openPool('kill', quick);
    const { id } = await unknown(pool);
    expect(await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'generating', evidence })).toMatchObject({
      kind: 'stale',
      state: 'unknown',
    });
  });

  test('payment_unknown only after its window', async () => {
    const pool = await openPool('kill', { unknownWindowMs: 200 });
    const { id } = await unknown(pool);
    const since = Number((await pool.raw(id))['since']);
    expect(await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence })).toEqual({
      kind: 'not_yet',
      waitMs: expect.any(Number),
    });
    await bury(pool, id, 'payment_unknown', 'unknown');
    expect(Number((await pool.raw(id))['since'])).toBeGreaterThanOrEqual(since + 200);
  });

  // @guarantee G3
  test('a task is declared lost only with the account that submitted it', async () => {
    const pool = await openPool('kill');
    const { id } = await generating(pool);
    for (const other of [{}, { account: 'staging' }]) {
      expect(await pool.ledger.kill({ id, class: 'task_lost', expected: 'generating', evidence, ...other })).toEqual({
        kind: 'wrong_account',
      });
    }
    expect(await pool.state(id)).toBe('generating');
  });

  // @guarantee G3
  test('a task is not given up by a look that was frozen while another one saw it, or while it was resubmitted', async () => {
    const pool = await openPool('kill');
    const { id, taskId } = await generating(pool);
    const call = { id, class: 'task_stuck', expected: 'generating', evidence } as const;
    const vehicle = (await pool.raw(id))['vehicle'] ?? '';
    const looking = { pollDelayMs: 1000, missingWindowMs: 1, vehicleCheckMs: 1000 };
    const stale = { kind: 'stale', state: 'generating' };
    const seen = await pool.ledger.observe({ id, taskId, seen: 'running', ...looking });
    expect(seen).toMatchObject({ kind: 'parked', polls: 1 });
    expect(await pool.ledger.kill({ ...call, asOf: { vehicle, polls: 0 } })).toEqual(stale);
    await pool.ledger.requeue(id, vehicle, 1000);
    expect(await pool.ledger.kill({ ...call, asOf: { vehicle, polls: 1 } })).toEqual(stale);
    const asOf = { vehicle: (await pool.raw(id))['vehicle'] ?? '', polls: 1 };
    expect(await pool.ledger.kill({ ...call, asOf })).toMatchObject({ kind: 'dead' });
  });

  test('a job whose record is gone gets a letter to stand beside, and its next vehicle a fresh id', async () => {
    const pool = await openPool('kill');
    const id = 'gen_vanished00';
    const call = { id, class: 'record_missing', evidence, payload: '{}', vehicle: `${id}-7` } as const;
    expect(await pool.ledger.kill({ ...call, expected: 'queued' })).toEqual({ kind: 'missing' });
    expect(await pool.ledger.kill({ ...call, class: 'task_lost' })).toEqual({ kind: 'missing' });
    expect(await pool.ledger.kill(call)).toEqual({ kind: 'dead', class: 'record_missing' });
    const record = await pool.raw(id);
    expect(await pool.ledger.kill(call)).toEqual({ kind: 'dead', class: 'record_missing' });
    expect(await pool.raw(id)).toEqual(record);
    await expect(pool.ledger.redrive(redriveArgs(id, 'record_missing', 'queued'))).rejects.toThrow(
      /without paying again/,
    );
    expect(await pool.ledger.redrive(redriveArgs(id, 'record_missing', 'queued', { payAgain: true }))).toEqual({
      kind: 'redriven',
      state: 'queued',
      vehicle: `${id}-8`,
      queue: 'submit',
    });
    expect(await pool.admit(id)).toMatchObject({ kind: 'admitted' });
  });
});

/** A dead letter of each class that the ledger opens, with every older send time past. */
async function deadLetterOf(pool: Pool, deadLetterClass: DeadLetterClass): Promise<string> {
  if (deadLetterClass === 'record_missing') {
    const id = 'gen_vanished00';
    await pool.ledger.kill({ id, class: deadLetterClass, evidence, payload: '{}' });
    return id;
  }
  if (deadLetterClass === 'generation_failed') {
    const { id, taskId } = await generating(pool);
    await pool.ledger.settle(settleArgs(id, taskId, 'fail'));
    return id;
  }
  const from = STATES.find((state) => mayKill(deadLetterClass, state));
  if (from === undefined) throw new Error(`nothing opens ${deadLetterClass}`);
  const id = await REACH[from](pool);
  await bury(pool, id, deadLetterClass, from);
  return id;
}

describe('redrive', () => {
  const opened = DEAD_LETTER_CLASSES.filter((deadLetterClass) => deadLetterClass !== 'notify_failed');
  const resumable = opened.flatMap((deadLetterClass) => {
    const { resumesAt, payAgainResumesAt } = DEAD_LETTERS[deadLetterClass];
    const free = resumesAt === null ? [] : [{ deadLetterClass, resumesAt, payAgain: false }];
    return payAgainResumesAt === null
      ? free
      : [...free, { deadLetterClass, resumesAt: payAgainResumesAt, payAgain: true }];
  });

  test.each(resumable)(
    '$letterClass resumes at $resumesAt, pay-again $payAgain',
    async ({ deadLetterClass, resumesAt, payAgain }) => {
      const pool = await openPool('redrive', quick);
      const id = await deadLetterOf(pool, deadLetterClass);
      // Only here: the older attempt's send time, which a real redrive waits for (tested below).
      await makeOld(pool, id);
      const before = await pool.raw(id);
      expect(
        await pool.ledger.redrive(redriveArgs(id, deadLetterClass, resumesAt, { payAgain, dryRun: true })),
      ).toEqual({
        kind: 'would_redrive',
        state: resumesAt,
      });
      expect(await pool.raw(id)).toEqual(before);

      const reply = await pool.ledger.redrive(redriveArgs(id, deadLetterClass, resumesAt, { payAgain }));
      expect(reply).toMatchObject({ kind: 'redriven', state: resumesAt });
      const record = await pool.raw(id);
      expect(await pool.ledger.redrive(redriveArgs(id, deadLetterClass, resumesAt, { payAgain }))).toEqual(reply);
      expect(await pool.raw(id)).toEqual(record);
      expect((await pool.ledger.read.deadLetterCounts())[deadLetterClass]).toBe(0);
      expect(
        await pool.ledger.redrive(redriveArgs(id, deadLetterClass, resumesAt, { payAgain, op: 'op-2' })),
      ).toMatchObject({ kind: 'no_letter' });
    },
  );

  // @guarantee G1
  test.each(opened.filter((deadLetterClass) => DEAD_LETTERS[deadLetterClass].resumesAt !== 'queued'))(
    '%s is never queued without pay-again, whatever the caller says',
    async (deadLetterClass) => {
      const pool = await openPool('redrive', quick);
      const id = await deadLetterOf(pool, deadLetterClass);
      await makeOld(pool, id);
      const before = await pool.raw(id);
      await expect(pool.ledger.redrive(redriveArgs(id, deadLetterClass, 'queued'))).rejects.toThrow(
        `${deadLetterClass} does not resume at queued`,
      );
      expect(await pool.raw(id)).toEqual(before);
    },
  );

  // @guarantee G1
  test('pay-again waits until the older attempt can no longer be sent', async () => {
    const pool = await openPool('redrive', quick);
    const id = await pool.create();
    await pool.admit(id, 'token', { sendBeforeMs: 300 });
    const sendBy = (await pool.ledger.read.generation(id))?.attempts[0]?.sendBy ?? 0;
    await pool.lose(id, 'token');
    await bury(pool, id, 'payment_unknown', 'unknown');
    const payAgain = () => pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true }));
    expect(await payAgain()).toEqual({ kind: 'too_early', waitMs: expect.any(Number) });
    expect(await pool.state(id)).toBe('dead');
    await expect.poll(payAgain, often).toMatchObject({ kind: 'redriven', state: 'queued' });
    expect(Number((await pool.raw(id))['since'])).toBeGreaterThanOrEqual(sendBy);
    expect((await pool.ledger.read.stats())['paid_again']).toBe(1);
  });

  test('queued anew: fresh deadline, counts at zero, no task', async () => {
    const pool = await openPool('redrive', { submitTimeoutMs: 1 });
    const id = await pool.create({ deadlineMs: 60_000 });
    await pool.admit(id, 'token', SHORT_LEASE);
    await pool.refuse(id, 'token', DIE);
    const dead = await pool.raw(id);
    expect(await pool.ledger.redrive(redriveArgs(id, 'invalid_request', 'queued'))).toEqual({
      kind: 'redriven',
      state: 'queued',
      vehicle: `${id}-2`,
      queue: 'submit',
    });
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({ state: 'queued', serverErrors: 0, validationRetries: 0, resubmits: 0 });
    expect(record?.taskId).toBeUndefined();
    expect(record?.deadlineAt).toBe((record?.queuedAt ?? 0) + 60_000);
    expect(record?.queuedAt).toBeGreaterThanOrEqual(Number(dead['endedAt']));
  });

  test('unknown again: its window restarts', async () => {
    const pool = await openPool('redrive', { unknownWindowMs: 200 });
    const { id } = await paymentUnknown(pool);
    await pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'unknown'));
    expect(await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence })).toMatchObject({
      kind: 'not_yet',
    });
  });

  test('generating again: polled for another 24 h, though the task is as old as it is', async () => {
    const pool = await openPool('redrive', quick);
    const { id } = await generating(pool);
    const acceptedAt = Number((await pool.raw(id))['acceptedAt']);
    await bury(pool, id, 'task_stuck', 'generating');
    await expect.poll(() => pool.now(), often).toBeGreaterThan(acceptedAt);
    const reply = await pool.ledger.redrive(redriveArgs(id, 'task_stuck', 'generating'));
    expect(reply).toEqual({ kind: 'redriven', state: 'generating', vehicle: `${id}-3`, queue: 'poll' });
    const record = await pool.ledger.read.generation(id);
    expect(record?.acceptedAt).toBe(acceptedAt);
    expect(record?.pollSince).toBeGreaterThan(acceptedAt);
  });
});
