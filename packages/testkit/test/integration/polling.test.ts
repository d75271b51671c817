import { Writable } from 'node:stream';
import type { FaultRule } from '@kieq/simulator';
import { createLogger } from '@kieq/telemetry';
import { describe, test } from 'vitest';
import { until, type PoolFixture } from '../../src/index.ts';
import { charges, inState, numbered, one, openPool, posts, records, redrive } from './support.ts';

type QueryFault = Extract<FaultRule, { on: 'recordInfo' }>['fault'];

interface Trouble {
  readonly what: string;
  readonly fault: QueryFault;
  /** Queries in a row that it strikes; the client itself repeats a passing one twice. Default 4. */
  readonly times?: number;
}

const TROUBLES: readonly Trouble[] = [
  { what: 'HTML 502', fault: { kind: 'html', status: 502 } },
  { what: 'HTML 403', fault: { kind: 'html', status: 403 } },
  { what: 'a redirect', fault: { kind: 'redirect', status: 307, location: '/elsewhere' } },
  { what: 'a cut connection', fault: { kind: 'cutBefore' } },
  { what: 'a cut body', fault: { kind: 'cutBody' } },
  { what: 'no answer at all', fault: { kind: 'hangBefore' }, times: 1 },
  { what: 'invalid JSON', fault: { kind: 'invalidJson' } },
  { what: 'a huge body', fault: { kind: 'hugeBody' }, times: 1 },
  { what: '401', fault: { kind: 'code', code: 401 } },
  { what: 'HTTP 429', fault: { kind: 'status429' }, times: 1 },
  { what: 'envelope 429 with Retry-After', fault: { kind: 'envelope429', retryAfter: 1 }, times: 1 },
  { what: '402', fault: { kind: 'code', code: 402 } },
  { what: '455', fault: { kind: 'code', code: 455 } },
  { what: '500', fault: { kind: 'code', code: 500 } },
  { what: '505', fault: { kind: 'code', code: 505 } },
  { what: 'an unknown code', fault: { kind: 'code', code: 999 } },
  { what: 'an unknown state word', fault: { kind: 'state', word: 'reticulating' } },
  { what: 'a denial of a fresh task', fault: { kind: 'notFound' } },
];

describe.concurrent('a failed query is never a verdict', () => {
  // @guarantee G3
  test.for(TROUBLES)('$what', async ({ fault, times = 4 }, context) => {
    const { expect } = context;
    const pool = await openPool(context, 'poll');
    pool.simulator.script([{ on: 'recordInfo', when: { times }, fault }]);
    const id = await one(pool, 'followed');
    const record = await pool.recordWhen(
      id,
      ({ state }) => state !== 'queued' && state !== 'submitting' && state !== 'generating',
      25_000,
    );
    expect(record).toMatchObject({ state: 'succeeded', verdict: { state: 'success', creditsConsumed: 55 } });
    expect(record.attempts).toHaveLength(1);
    expect(pool.simulator.ledger.counts.queries).toBeGreaterThan(times);
    expect(pool.simulator.summary().faultsLeft).toBe(0);
    expect(charges(pool)).toEqual({ followed: 1 });
  });

  // @guarantee G3
  test('a task that Kie does not know yet is waited for', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'poll', { timings: { freshTaskMs: 60_000, taskLostMs: 1 } });
    pool.simulator.script([{ on: 'recordInfo', when: { times: 5 }, fault: { kind: 'notFound' } }]);
    const id = await one(pool, 'fresh');
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded' || state === 'dead');
    expect(record).toMatchObject({ state: 'succeeded', polls: 6 });
    expect(charges(pool)).toEqual({ fresh: 1 });
  });
});

/** A task is old after 0.05 s, and lost after 0.2 s of denials. */
const LOST = { freshTaskMs: 50, taskLostMs: 200 };
const DENY = { on: 'recordInfo', when: { times: 'always' }, fault: { kind: 'notFound' } } as const;

async function denied(context: Parameters<typeof openPool>[0]): Promise<{ pool: PoolFixture; id: string }> {
  const pool = await openPool(context, 'lost', { timings: LOST });
  pool.simulator.script([DENY]);
  const id = await one(pool, 'denied');
  await pool.recordWhen(id, ({ deadLetter }) => deadLetter?.class === 'task_lost');
  return { pool, id };
}

describe.concurrent('tasks that Kie denies', () => {
  // @guarantee G3
  test('for long: task_lost; redrive polls again and recovers the paid video', async (context) => {
    const { expect } = context;
    const { pool, id } = await denied(context);
    const dead = await pool.ledger.read.generation(id);
    expect(dead).toMatchObject({ state: 'dead', deadLetter: { from: 'generating' } });
    expect(dead?.misses).toBeGreaterThanOrEqual(3);
    expect((dead?.deadLetter?.openedAt ?? 0) - (dead?.firstMissAt ?? 0)).toBeGreaterThanOrEqual(LOST.taskLostMs);
    pool.simulator.clearFaults();
    expect(await redrive(pool, id)).toMatchObject({ kind: 'resumed', state: 'generating' });
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.deadLetter).toBeUndefined();
    expect(charges(pool)).toEqual({ denied: 1 });
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);
  });

  test('always: redriven without pay-again it is lost again; a second charge comes only with pay-again', async (context) => {
    const { expect } = context;
    const { pool, id } = await denied(context);
    const firstDeath = (await pool.ledger.read.generation(id))?.deadLetter?.openedAt ?? 0;
    await redrive(pool, id);
    await pool.recordWhen(id, ({ deadLetter }) => deadLetter !== undefined && deadLetter.openedAt > firstDeath);
    expect(charges(pool)).toEqual({ denied: 1 });
    pool.simulator.clearFaults();
    const again = await until(
      () => redrive(pool, id, { payAgain: true }),
      ({ kind }) => kind === 'resumed',
    );
    expect(again).toMatchObject({ state: 'queued' });
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ denied: 2 });
    expect(await pool.ledger.read.stats()).toMatchObject({ paid_again: 1 });
  });

  // @guarantee G3
  test('many together: an alarm, and no task is declared lost', async (context) => {
    const { expect } = context;
    const lines: string[] = [];
    const destination = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
    const pool = await openPool(context, 'mass', {
      timings: { ...LOST, taskLostMs: 1000 },
      logger: createLogger({ name: 'test', destination }),
    });
    pool.simulator.script([DENY]);
    const ids = await pool.enqueue(...numbered('n', 8));
    const isOverdue = ({
      misses,
      firstMissAt = Infinity,
    }: {
      misses: number;
      firstMissAt: number | undefined;
    }): boolean => misses >= 5 && Date.now() - firstMissAt > 1400;
    await until(
      () => records(pool, ids),
      (all) => all.every(isOverdue),
    );
    expect((await records(pool, ids)).map(({ state }) => state)).toEqual(ids.map(() => 'generating'));
    expect(lines.some((line) => line.includes('"level":"error"') && line.includes('missingTasks'))).toBe(true);
    pool.simulator.clearFaults();
    await inState(pool, 'succeeded', 8);
    expect(new Set(Object.values(charges(pool)))).toEqual(new Set([1]));
  });
});

// @guarantee G3
test.concurrent('no verdict for long: task_stuck; redrive polls again, and a late verdict is booked', async (context) => {
  const { expect } = context;
  const pool = await openPool(context, 'stuck', { timings: { taskStuckMs: 400 } });
  pool.simulator.script([{ on: 'task', fault: { kind: 'stuck' } }]);
  const id = await one(pool, 'stuck');
  const dead = await pool.recordWhen(id, ({ state }) => state === 'dead');
  expect(dead.deadLetter).toMatchObject({ class: 'task_stuck', from: 'generating' });
  expect((dead.deadLetter?.openedAt ?? 0) - (dead.acceptedAt ?? 0)).toBeGreaterThanOrEqual(400);
  pool.simulator.finish({ prompt: 'stuck' });
  await redrive(pool, id);
  const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  expect(record.verdict).toMatchObject({ state: 'success', creditsConsumed: 55 });
  expect(posts(pool, 'stuck')).toHaveLength(1);
  expect(charges(pool)).toEqual({ stuck: 1 });
});

// @guarantee G3
test.concurrent('a poll that was frozen while another one saw the task gives up nothing', async (context) => {
  const { expect } = context;
  const lines: string[] = [];
  const destination = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
  const logger = createLogger({ name: 'test', destination });
  const pool = await openPool(context, 'frozen-look', { timings: { taskStuckMs: 1 }, logger });
  pool.simulator.script([
    { on: 'task', fault: { kind: 'stuck' } },
    { on: 'recordInfo', fault: { kind: 'hold' } },
  ]);
  const id = await one(pool, 'seen by another');
  const { taskId = '' } = await pool.recordWhen(id, ({ state }) => state === 'generating');
  await until(
    () => pool.simulator.summary().faultsLeft,
    (left) => left === 0,
  );
  const tomorrow = { pollDelayMs: 86_400_000, missingWindowMs: 1, vehicleCheckMs: 86_400_000 };
  await pool.ledger.observe({ id, taskId, seen: 'running', ...tomorrow });
  pool.simulator.release();
  const gaveUp = await until(
    () => lines.find((line) => line.includes('the worker gave up polling a task')),
    (line) => line !== '',
  );
  expect(gaveUp).toContain('"next":"stale"');
  expect((await pool.ledger.read.generation(id))?.state).toBe('generating');
});

interface Failure {
  readonly what: string;
  readonly rule: FaultRule;
  readonly posts: number;
  readonly ends: 'succeeded' | 'failed';
}

const FAILURES: readonly Failure[] = [
  { what: 'code 408 on recordInfo', rule: { on: 'recordInfo', fault: { kind: 'code408' } }, posts: 1, ends: 'failed' },
  { what: 'code 501 on recordInfo', rule: { on: 'recordInfo', fault: { kind: 'code501' } }, posts: 1, ends: 'failed' },
  { what: 'moderation', rule: { on: 'task', fault: { kind: 'fail' } }, posts: 1, ends: 'failed' },
  { what: 'a transient failure', rule: { on: 'task', fault: { kind: 'transientFail' } }, posts: 2, ends: 'succeeded' },
  {
    what: 'a transient failure twice',
    rule: { on: 'task', when: { times: 2 }, fault: { kind: 'transientFail' } },
    posts: 2,
    ends: 'failed',
  },
];

describe.concurrent('failures by Kie', () => {
  test.for(FAILURES)('$what: $ends after $posts POST(s)', async ({ rule, posts: expected, ends }, context) => {
    const { expect } = context;
    // A fault of recordInfo needs a task that still runs when it is asked for.
    const ms = rule.on === 'recordInfo' ? 60_000 : 50;
    const pool = await openPool(context, 'fail', { simulator: { generation: { kind: 'fixed', ms } } });
    pool.simulator.script([rule]);
    const id = await one(pool, 'failing');
    const record = await pool.recordWhen(
      id,
      ({ state, attempts }) => state === 'failed' || state === 'succeeded' || attempts.length > expected,
    );
    expect(record.state).toBe(ends);
    expect(record.deadLetter?.class).toBe(ends === 'failed' ? 'generation_failed' : undefined);
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(['resubmitted', 'accepted'].slice(2 - expected));
    expect(posts(pool, 'failing')).toHaveLength(expected);
    expect(charges(pool)).toEqual(ends === 'succeeded' ? { failing: 1 } : {});
    if (ends === 'succeeded') return;

    // Nothing was charged, so a person may simply try again.
    pool.simulator.configure({ generation: { kind: 'fixed', ms: 50 } });
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'not_possible' });
    const again = await until(
      () => redrive(pool, id),
      ({ kind }) => kind === 'resumed',
    );
    expect(again).toMatchObject({ state: 'queued' });
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ failing: 1 });
  });
});

const ODD_RESULTS: readonly { readonly resultJson: string; readonly urls: readonly string[] }[] = [
  { resultJson: '{"resultObject":{}}', urls: [] },
  { resultJson: '{"resultUrls":"https://x.example/v.mp4"}', urls: ['https://x.example/v.mp4'] },
  {
    resultJson: '{"resultUrls":["javascript:alert(1)",7,"https://x.example/a.mp4","https://x.example/b.mp4"]}',
    urls: ['https://x.example/a.mp4', 'https://x.example/b.mp4'],
  },
];

function resultRule({ resultJson }: { readonly resultJson: string }): FaultRule {
  return { on: 'task', when: { prompt: resultJson }, fault: { kind: 'result', resultJson } };
}

// @guarantee G3
test.concurrent('a success with an odd result is a paid success all the same', async (context) => {
  const { expect } = context;
  const pool = await openPool(context, 'odd');
  pool.simulator.script(ODD_RESULTS.map(resultRule));
  const ids = await pool.enqueue(...ODD_RESULTS.map(({ resultJson }) => resultJson));
  await inState(pool, 'succeeded', ids.length);
  const verdicts = (await records(pool, ids)).map(({ verdict }) => verdict);
  expect(verdicts.map((verdict) => verdict?.resultUrls)).toEqual(ODD_RESULTS.map(({ urls }) => urls));
  expect(verdicts.map((verdict) => verdict?.resultJson)).toEqual(ODD_RESULTS.map(({ resultJson }) => resultJson));
  expect(new Set(Object.values(charges(pool)))).toEqual(new Set([1]));
});

// @guarantee G4
test.concurrent("the query budget holds in any second, the client's own retries included", async (context) => {
  const { expect } = context;
  const LIMIT = 12;
  const pool = await openPool(context, 'budget', { workers: 2, settings: { pollLimitPerSecond: LIMIT } });
  pool.simulator.script([{ on: 'recordInfo', when: { probability: 0.3 }, fault: { kind: 'html', status: 502 } }]);
  await pool.enqueue(...numbered('n', 30));
  await inState(pool, 'succeeded', 30, 25_000);
  const { ledger } = pool.simulator;
  expect(ledger.maxQueriesInAnyWindow(1000)).toBeLessThanOrEqual(LIMIT);
  // It was used, too.
  expect(ledger.maxQueriesInAnyWindow(1000)).toBeGreaterThan(LIMIT / 2);
  expect(ledger.counts.queries).toBeGreaterThan(30);
  expect(ledger.counts.created).toBe(30);
});
