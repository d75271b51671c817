import { until, type PoolFixture } from '../../src/index.ts';
import { callerRecord } from '@kieq/queue';
import { createLogger } from '@kieq/telemetry';
import { describe, test } from 'vitest';
import { filesOf, nameOf, openArchivePool } from './archive.ts';
import { charges, one, openPool, posts, redrive } from './support.ts';

const NOTHING_YET = { kind: 'result', resultJson: '{"where":"elsewhere"}' } as const;
/** Kie says success at once, and has no result for as long as the rule applies. */
const withheld = (times: number | 'always') => [
  { on: 'task', fault: { kind: 'duration', ms: 0 } } as const,
  { on: 'recordInfo', when: { times }, fault: NOTHING_YET } as const,
];

/** What verdicts have booked: exactly once for each paid video. */
const booked = async (pool: PoolFixture): Promise<number> => (await pool.ledger.read.stats())['credits'] ?? 0;

describe.concurrent('a success without a result', () => {
  // @guarantee G3
  test('is asked again, and archived when its link has come', async (context) => {
    const { expect } = context;
    const lines: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const logger = createLogger({ name: 'test', destination });
    const pool = await openArchivePool(context, 'late-link', { logger });
    pool.simulator.script(withheld(3));
    const id = await one(pool, 'late');
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded' || state === 'dead');
    expect(record).toMatchObject({ state: 'succeeded', polls: 4, archiving: { state: 'done' } });
    expect(Object.keys(await filesOf(pool))).toEqual([nameOf(id)]);
    expect([charges(pool), await booked(pool)]).toEqual([{ late: 1 }, 55]);
    // Reported once, not at each poll.
    const told = lines.filter(({ msg }) => String(msg).includes('without a readable link or text'));
    expect(told).toMatchObject([
      { level: 'warn', generation: id, evidence: { body: expect.stringContaining('else') } },
    ]);
  });

  // @guarantee G3
  test('where it is a text is none: it has succeeded at once', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'text');
    const text = '{"resultObject":{}}';
    pool.simulator.script([{ on: 'task', fault: { kind: 'result', resultJson: text } }]);
    const record = await pool.recordWhen(await one(pool, 'a text'), ({ state }) => state === 'succeeded');
    expect(record.verdict).toMatchObject({ resultUrls: [], resultJson: text });
  });

  // @guarantee G3
  test('for long is dead as result_unreadable, with what Kie said; redriven it is asked again for as long', async (context) => {
    const { expect } = context;
    const WAIT_MS = 300;
    const pool = await openPool(context, 'no-result', { timings: { resultWaitMs: WAIT_MS } });
    pool.simulator.script(withheld('always'));
    const id = await one(pool, 'nothing');
    const dead = await pool.recordWhen(id, ({ state }) => state === 'dead');
    expect(dead.deadLetter).toMatchObject({
      class: 'result_unreadable',
      from: 'generating',
      evidence: {
        summary: expect.stringMatching(/^Kie reports success \(it cost 55 credits\), but returned neither/),
        body: expect.stringContaining('"resultJson":"{\\"where\\":\\"elsewhere\\"}"'),
      },
    });
    const { deadLetter, acceptedAt = 0, polls } = dead;
    expect((deadLetter?.openedAt ?? 0) - acceptedAt).toBeGreaterThanOrEqual(WAIT_MS);
    expect(polls).toBeGreaterThan(1);
    // A client that took it for failed would pay for it once more.
    const now = await pool.ledger.read.now();
    expect(callerRecord(dead, now)).toMatchObject({ state: 'waiting' });
    expect(callerRecord(dead, deadLetter?.heldUntil ?? 0)).toMatchObject({
      state: 'fail',
      failCode: 'result_unreadable',
    });
    expect(await booked(pool)).toBe(0);

    expect(await redrive(pool, id)).toMatchObject({ kind: 'resumed', state: 'generating' });
    const again = await pool.recordWhen(id, ({ deadLetter: next }) => next !== undefined && next.openedAt > dead.since);
    expect((again.deadLetter?.openedAt ?? 0) - (again.pollSince ?? 0)).toBeGreaterThanOrEqual(WAIT_MS);

    pool.simulator.clearFaults();
    await redrive(pool, id);
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.deadLetter).toBeUndefined();
    expect(posts(pool, 'nothing')).toHaveLength(1);
    expect([charges(pool), await booked(pool)]).toEqual([{ nothing: 1 }, 55]);
  });

  // @guarantee G3
  test('is never paid again automatically: only pay-again by an operator makes another one', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'pay-again', {
      timings: { resultWaitMs: 1 },
      worker: { onUnknown: 'pay-again' },
    });
    pool.simulator.script(withheld('always'));
    const id = await one(pool, 'twice');
    const dead = await pool.recordWhen(id, ({ state }) => state === 'dead');
    await redrive(pool, id);
    await pool.recordWhen(id, ({ deadLetter }) => deadLetter !== undefined && deadLetter.openedAt > dead.since);
    expect(charges(pool)).toEqual({ twice: 1 });
    pool.simulator.clearFaults();
    const again = await until(
      () => redrive(pool, id, { payAgain: true }),
      ({ kind }) => kind === 'resumed',
    );
    expect(again).toMatchObject({ state: 'queued' });
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ twice: 2 });
  });

  // @guarantee G3
  test('is waited for by any worker: another one goes on where the first was stopped', async (context) => {
    const { expect } = context;
    const WAIT_MS = 60_000;
    const pool = await openPool(context, 'another', { timings: { resultWaitMs: WAIT_MS } });
    pool.simulator.script(withheld('always'));
    const id = await one(pool, 'handed over');
    await pool.recordWhen(id, ({ polls }) => polls > 0);
    await pool.stopWorkers();
    expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'generating' });
    // As if the wait had been over meanwhile.
    const key = `${pool.ledger.root}gen:${id}`;
    const since = Number(await pool.redis.client.hget(key, 'noResultSince'));
    await pool.redis.client.hset(key, { pollSince: 1, noResultSince: since - WAIT_MS });
    const { polls } = (await pool.ledger.read.generation(id)) ?? { polls: 0 };
    await pool.addWorker();
    const dead = await pool.recordWhen(id, ({ state }) => state === 'dead');
    // Its first poll finds that the time is over.
    expect(dead).toMatchObject({ polls: polls + 1, deadLetter: { class: 'result_unreadable' } });
  });

  test('that an earlier version settled meanwhile stays a success, and is booked once', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'older', { timings: { resultWaitMs: 60_000 } });
    pool.simulator.script(withheld('always'));
    const id = await one(pool, 'settled');
    const { taskId = '' } = await pool.recordWhen(id, ({ polls }) => polls > 0);
    const verdict = { state: 'success', resultUrls: [], resultJson: '{}', creditsConsumed: 55 } as const;
    const evidence = { summary: 'Kie says the task succeeded.' };
    const args = { id, taskId, verdict, evidence, archive: 'no', polled: true, vehicleCheckMs: 60_000 } as const;
    expect(await pool.ledger.settle(args)).toMatchObject({ kind: 'settled', state: 'succeeded' });
    await until(
      () => pool.queues.poll.getJobCountByTypes('wait', 'delayed', 'active', 'prioritized'),
      (count) => count === 0,
    );
    expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'succeeded' });
    expect(await booked(pool)).toBe(55);
  });

  // @guarantee G3
  test('is not archived as if all of it were safe', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'nothing-to-save', { timings: { archiveBaseMs: 10 } });
    pool.simulator.script(withheld('always'));
    const id = await one(pool, 'empty');
    const { taskId = '' } = await pool.recordWhen(id, ({ polls }) => polls > 0);
    // As nothing does any more: a success without links that is to be archived.
    const verdict = { state: 'success', resultUrls: [], creditsConsumed: 55 } as const;
    const args = { id, taskId, verdict, evidence: { summary: '' }, polled: true, vehicleCheckMs: 20 } as const;
    await pool.ledger.settle({ ...args, archive: 'wait' });
    const dead = await pool.recordWhen(id, ({ state }) => state === 'succeeded' || state === 'dead');
    expect(dead.deadLetter).toMatchObject({
      class: 'archive_failed',
      evidence: { summary: 'the verdict names no result link, so nothing can be saved' },
    });
  });
});
