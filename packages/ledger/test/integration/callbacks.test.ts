import { GENERATION_STATES } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { generating, openPool, unknown, VEHICLE_CHECK_MS, type Pool } from './fixture.ts';
import { callback, PLACE, quick } from './placed.ts';

/** The reply to a callback with the right token: naming the attempt's task, an unknown task, none. */
const WORTH: Record<string, readonly [own: string, foreign: string, none: string]> = {
  'queued after a refusal': ['claimed', 'claimed', 'no_task'],
  submitting: ['claimed', 'claimed', 'no_task'],
  unknown: ['claimed', 'claimed', 'no_task'],
  'dead as payment_unknown': ['claimed', 'claimed', 'no_task'],
  'queued to pay again': ['claimed', 'claimed', 'no_task'],
  generating: ['calledBack', 'calledBack foreign', 'calledBack'],
  'dead as task_stuck': ['claimed', 'settled foreign', 'claimed'],
  'dead as result_unreadable': ['claimed', 'settled foreign', 'claimed'],
  'queued to pay a stuck task again': ['claimed', 'settled foreign', 'claimed'],
  archiving: ['settled', 'settled foreign', 'settled'],
  succeeded: ['settled', 'settled foreign', 'settled'],
  failed: ['settled', 'settled foreign', 'settled'],
  cancelled: ['claimed', 'claimed', 'no_task'],
  'queued again after a transient failure': ['settled', 'settled foreign', 'settled'],
  purged: ['settled', 'settled foreign', 'settled'],
};

/** What a callback may change, in addition to the mark `hinted` of an attempt. */
const OWN = new Set(['hints', 'claims', 'nextPollAt']);

/** Everything else. Attempts are compared as what they say, not as they are written. */
async function rest(pool: Pool, id: string): Promise<Record<string, unknown>> {
  const others = Object.entries(await pool.raw(id)).filter(([name]) => !OWN.has(name));
  const parse = (json: string): object => ({ ...JSON.parse(json), hinted: undefined });
  return Object.fromEntries(others.map(([name, value]) => [name, name.startsWith('a:') ? parse(value) : value]));
}

describe.each(Object.keys(PLACE))('callback, %s', (name) => {
  const names = ['its task', 'a task of nobody', 'no task'] as const;

  test.each(names.map((what, i) => [what, i] as const))('naming %s', async (_what, i) => {
    const pool = await openPool('hints', quick);
    const { id, token, taskId } = await PLACE[name]!(pool);
    const before = await rest(pool, id);
    const state = await pool.state(id);
    const named = [taskId, 'foreign', undefined][i];
    const [worth = '', foreign] = (WORTH[name]?.[i] ?? '').split(' ');
    const first = await callback(pool, id, token, named);
    expect(first).toMatchObject({
      kind: worth,
      state,
      callbacksSeen: 1,
      ...(foreign === undefined ? {} : { foreign: true }),
    });
    expect(await rest(pool, id)).toEqual(before);
    const { claims } = (await pool.ledger.read.generation(id)) ?? {};
    // Sent twice, as a client may after a reconnect and Kie does anyhow: counted, and nothing else.
    expect(await callback(pool, id, token, named)).toEqual({ ...first, callbacksSeen: 2 });
    expect((await pool.ledger.read.generation(id))?.claims).toEqual(claims);
    expect(claims?.map((claim) => claim.taskId)).toEqual(worth === 'claimed' ? [named ?? taskId] : undefined);
    expect(await rest(pool, id)).toEqual(before);
  });

  // @guarantee G6
  test('with another token changes nothing at all', async () => {
    const pool = await openPool('hints', quick);
    const { id, taskId } = await PLACE[name]!(pool);
    const before = await pool.raw(id);
    expect(await callback(pool, id, 'guessed', taskId)).toEqual({ kind: 'unknown_attempt' });
    expect(await pool.raw(id)).toEqual(before);
  });
});

describe('callback', () => {
  test('of a generation that does not exist creates nothing', async () => {
    const pool = await openPool('hints');
    expect(await callback(pool, 'gen_nobody0000', 'token', 'task')).toEqual({ kind: 'missing' });
    expect(await pool.raw('gen_nobody0000')).toEqual({});
    expect(await pool.redis.exists(`${pool.root}claims`)).toBe(0);
  });

  test('the next poll is now, for the sweeper as well', async () => {
    const pool = await openPool('hints');
    const { id, token, taskId } = await generating(pool);
    const before = await pool.now();
    const { vehicle = '' } = (await pool.ledger.read.generation(id)) ?? {};
    expect(await callback(pool, id, token, taskId)).toMatchObject({ kind: 'calledBack', vehicle, queue: 'poll' });
    const record = await pool.ledger.read.generation(id);
    expect(record?.nextPollAt).toBeGreaterThanOrEqual(before);
    expect(record?.nextPollAt).toBeLessThanOrEqual(await pool.now());
    expect(Number(await pool.redis.zscore(`${pool.root}watch`, id))).toBe((record?.nextPollAt ?? 0) + VEHICLE_CHECK_MS);
  });

  test('before the response: the first poll is at once', async () => {
    const pool = await openPool('hints');
    const id = await pool.create();
    await pool.admit(id, 'token');
    await callback(pool, id, 'token');
    expect(await pool.accept(id, 'token', 'task', { pollDelayMs: 60_000 })).toMatchObject({
      delayMs: 0,
      callbacksSeen: 1,
    });
    expect((await pool.ledger.read.generation(id))?.nextPollAt).toBeLessThanOrEqual(await pool.now());
  });

  test('during a poll: the next one is at once, and the same call sent twice agrees', async () => {
    const pool = await openPool('hints');
    const { id, token, taskId } = await generating(pool);
    const { vehicle = '' } = (await pool.ledger.read.generation(id)) ?? {};
    const poll = await pool.ledger.poll({ id, vehicle, permit: 'p', timeoutMs: 1000 });
    expect(poll).toMatchObject({ kind: 'granted', callbacksSeen: 0 });
    await callback(pool, id, token, taskId);
    const times = { pollDelayMs: 60_000, missingWindowMs: 1000, vehicleCheckMs: VEHICLE_CHECK_MS };
    const args = { id, taskId, seen: 'running', permit: 'p', callbacksSeen: 0, ...times } as const;
    expect(await pool.ledger.observe(args)).toMatchObject({ kind: 'parked', delayMs: 0, callbacksSeen: 1 });
    expect(await pool.ledger.observe(args)).toMatchObject({ kind: 'parked', delayMs: 0, callbacksSeen: 1 });
    expect(await pool.ledger.observe({ ...args, permit: 'q', callbacksSeen: 1 })).toMatchObject({ delayMs: 60_000 });
  });

  test('an older attempt whose response is lost claims too', async () => {
    const pool = await openPool('hints', quick);
    const { id, token } = await PLACE['queued to pay again']!(pool);
    await pool.admit(id, 'newer');
    await pool.accept(id, 'newer', 'newer-task');
    expect(await callback(pool, id, token, 'older-task')).toMatchObject({
      kind: 'claimed',
      attempt: 1,
      state: 'generating',
    });
    expect(await callback(pool, id, 'newer', 'newer-task')).toMatchObject({ kind: 'calledBack' });
  });

  // @guarantee G6
  test("another generation's task is not even claimed", async () => {
    const pool = await openPool('hints');
    const other = await generating(pool);
    const { id, token } = await unknown(pool);
    expect(await callback(pool, id, token, other.taskId)).toMatchObject({ kind: 'settled', foreign: true });
    expect((await pool.ledger.read.generation(id))?.claims).toBeUndefined();
  });

  test('at most five claims wait for proof; a dropped one frees a slot', async () => {
    const pool = await openPool('hints');
    const { id, token } = await unknown(pool);
    for (let n = 1; n <= 5; n += 1)
      expect(await callback(pool, id, token, `task-${n}`)).toMatchObject({ kind: 'claimed' });
    expect(await callback(pool, id, token, 'task-6')).toMatchObject({ kind: 'too_many', callbacksSeen: 6 });
    expect(await callback(pool, id, token, 'task-3')).toMatchObject({ kind: 'claimed' });
    await pool.ledger.dropClaim(id, 'task-3');
    expect(await callback(pool, id, token, 'task-6')).toMatchObject({ kind: 'claimed' });
  });
});

test('the matrix has every state', async () => {
  const pool = await openPool('hints', quick);
  const states = new Set<string | undefined>();
  for (const place of Object.values(PLACE)) states.add(await pool.state((await place(pool)).id));
  expect(states).toEqual(new Set(GENERATION_STATES));
});
