import {
  CALLBACK_LOSS,
  completionDistribution,
  longestPauseMs,
  planLoad,
  priorFor,
  scaleSchedule,
  timelineOf,
  type ScheduleOptions,
} from '@kieq/domain';
import { followCallback } from '@kieq/queue';
import { describe, expect, test } from 'vitest';
import { until } from '../../../../packages/testkit/src/until.ts';
import { unnoticedMs } from '../../../../packages/testkit/test/support/many-tasks.ts';
import { claimsDone, openCallbackPool, outcomes, saying } from '../callback-pool.ts';

const LONG = { kind: 'fixed', ms: 600_000 } as const;

describe('a callback', () => {
  test('ends a generation at once, with a single poll, whatever the schedule says', async () => {
    const flow = await openCallbackPool('cb-prompt');
    const [id = ''] = await flow.pool.enqueue('prompt');
    const record = await flow.pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record).toMatchObject({ polls: 1, callbacksSeen: 1 });
    expect(flow.pool.simulator.ledger.queries()).toHaveLength(1);
    expect(record.verdict?.resultUrls[0]).toContain(flow.pool.simulator.url);
  });

  test('of a failure brings the failure', async () => {
    const flow = await openCallbackPool('cb-fail');
    flow.pool.simulator.script([{ on: 'task', fault: { kind: 'fail' } }]);
    const [id = ''] = await flow.pool.enqueue('fails');
    const record = await flow.pool.recordWhen(id, ({ state }) => state === 'failed');
    expect(record.verdict).toMatchObject({ state: 'fail', failMsg: 'Content was flagged as sensitive' });
  });

  test('before the response to createTask: the first poll follows the response at once', async () => {
    const flow = await openCallbackPool('cb-early');
    flow.pool.simulator.script([{ on: 'callback', fault: { kind: 'early' } }]);
    const [id = ''] = await flow.pool.enqueue('early');
    await flow.pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(flow.pool.simulator.ledger.charges()).toHaveLength(1);
    await claimsDone(flow);
    expect(await outcomes(flow)).toEqual({ claimed: 1 });
  });

  test('while the response to createTask is delayed: the task is adopted, and the late response changes nothing', async () => {
    const flow = await openCallbackPool('cb-held', { settings: { submitTimeoutMs: 20_000 } });
    const { pool } = flow;
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold', at: 'after' } }]);
    const [id = ''] = await pool.enqueue('held');
    const before = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(before.attempts).toMatchObject([{ outcome: 'adopted' }]);
    expect(pool.simulator.release()).toBe(1);
    // The response is stamped in the window, as that of a counted submission.
    const window = `${pool.ledger.root}window`;
    const now = () => pool.ledger.read.now();
    await until(
      async () => Number(await pool.redis.client.zscore(window, `${id}:1`)) <= (await now()),
      (isStamped) => isStamped,
    );
    expect(await pool.ledger.read.generation(id)).toEqual(before);
    expect(pool.simulator.ledger.charges()).toHaveLength(1);
  });

  test('that is duplicated, or late, is counted and changes nothing more', async () => {
    const flow = await openCallbackPool('cb-twice');
    const { pool } = flow;
    pool.simulator.script([{ on: 'callback', fault: { kind: 'duplicated', copies: 3 } }]);
    const [id = ''] = await pool.enqueue('twice');
    const ended = await pool.recordWhen(id, ({ state, callbacksSeen }) => state === 'succeeded' && callbacksSeen === 4);
    const { path } = await flow.submit('next');
    await pool.simulator.waitUntil(({ callbacks }) => callbacks >= 5);
    expect((await flow.post({ path }, {})).status).toBe(200);
    expect(await pool.ledger.read.generation(id)).toEqual(ended);
    expect(pool.simulator.ledger.queries().filter(({ state }) => state === 'success').length).toBeLessThanOrEqual(3);
  });
});

describe('a callback and a poll at the same time', () => {
  test('a poll that saw the task running too early is repeated at once', async () => {
    const flow = await openCallbackPool('cb-race', { simulator: { generation: LONG } });
    const { pool } = flow;
    const { simulator } = pool;
    simulator.script([
      { on: 'callback', fault: { kind: 'lost' } },
      { on: 'recordInfo', fault: { kind: 'hold', at: 'after' } },
    ]);
    const submitted = await flow.submit('race');
    await pool.recordWhen(submitted.id, ({ state }) => state === 'generating');
    const asked = simulator.next('query');
    await flow.post(submitted, saying(submitted.taskId));
    await asked;
    // The poll is under way and has seen it running. Only now the task ends.
    simulator.finish();
    await flow.post(submitted, saying(submitted.taskId));
    expect(simulator.release()).toBe(1);
    const record = await pool.recordWhen(submitted.id, ({ state }) => state === 'succeeded');
    expect(record).toMatchObject({ polls: 2, callbacksSeen: 2 });
  });

  test('a poll that a forged callback caused goes back to the schedule', async () => {
    const flow = await openCallbackPool('cb-again', { simulator: { generation: LONG } });
    const { pool } = flow;
    const submitted = await flow.submit('forged');
    await pool.recordWhen(submitted.id, ({ state }) => state === 'generating');
    await flow.post(submitted, saying(submitted.taskId));
    const parked = await pool.recordWhen(submitted.id, ({ polls }) => polls === 1);
    expect(parked.state).toBe('generating');
    expect(parked.nextPollAt).toBeGreaterThan((await pool.ledger.read.now()) + 30_000);
    await until(
      () => pool.queues.poll.getJobState(parked.vehicle),
      (state) => state === 'delayed',
    );
    pool.simulator.finish();
    await pool.recordWhen(submitted.id, ({ state }) => state === 'succeeded');
  });
});

test('polls caused by callbacks come before those that are due', async () => {
  const flow = await openCallbackPool('cb-first', { workers: 0 });
  const { poll } = flow.pool.queues;
  const names = ['gen_00000000a1', 'gen_00000000a2', 'gen_00000000a3', 'gen_00000000a4'];
  const [one = '', two = '', asleep = '', due = ''] = names;
  const add = (generation: string, delay = 0) =>
    poll.add('poll', { v: 1, generation }, { jobId: `${generation}-1`, delay });
  await add(one);
  await add(two);
  await add(asleep, 60_000);
  await add(due);
  const calledBack = (generation: string) =>
    ({
      kind: 'calledBack',
      state: 'generating',
      callbacksSeen: 1,
      vehicle: `${generation}-1`,
      queue: 'poll',
      foreign: false,
    }) as const;
  // Asleep, due already, and gone.
  for (const generation of [due, asleep, 'gen_00000000gone'])
    await followCallback(flow.pool.queues, flow.pool.timings, generation, calledBack(generation));
  const order = await poll.getJobs(['wait'], 0, -1, true);
  expect(order.map(({ id }) => id)).toEqual([asleep, due, one, two].map((generation) => `${generation}-1`));
});

test('all callbacks are lost: every generation ends nevertheless, within the delay of the fallback polls', async () => {
  const schedule = { ...scaleSchedule(0.01), minSpacingMs: 50, maxSpacingMs: 500, costRatioMs: 30, priorMedianMs: 100 };
  const flow = await openCallbackPool('cb-lost', { simulator: { callback: { lostRate: 1 } }, schedule });
  const { pool } = flow;
  const ids = await pool.enqueue(...Array.from({ length: 60 }, (_, i) => `silent ${i}`));
  await Promise.all(ids.map((id) => pool.recordWhen(id, ({ state }) => state === 'succeeded')));
  expect(await outcomes(flow)).toEqual({});
  expect(Math.max(...unnoticedMs(pool))).toBeLessThan(fallbackMs(schedule, ids.length) + SLACK_MS);
});

/** This machine is busy with other tests. */
const SLACK_MS = 8000;

/** docs/polling.md: the longest planned pause with callbacks, and every other task's poll before its turn. */
function fallbackMs(schedule: ScheduleOptions, tasks: number): number {
  const prior = priorFor({ durationSeconds: 5 }, schedule.priorMedianMs);
  const timeline = timelineOf(completionDistribution([], prior, schedule.horizonMs), schedule);
  const load = { ...schedule, budgetPerSecond: 1000, callbackLoss: CALLBACK_LOSS };
  const [planned] = planLoad([{ timeline, inFlight: tasks }], load).schedules;
  return planned === undefined ? 0 : longestPauseMs(planned);
}
