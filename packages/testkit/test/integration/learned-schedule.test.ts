import { completionDistribution, longestPauseMs, planLoad, priorFor, scaleSchedule, timelineOf } from '@kieq/domain';
import { describe, test } from 'vitest';
import { teach, TEST_KIND, type PoolFixture } from '../../src/index.ts';
import { inState, numbered, one, openPool, records } from './support.ts';

/** For how long the end of each task stayed unnoticed, in ms, by the simulator's ledger of queries. */
function unnoticedMs(pool: PoolFixture): number[] {
  const { ledger } = pool.simulator;
  const ends = new Map(ledger.tasks().map((task) => [task.taskId, task.endsAtMs ?? 0]));
  return ledger
    .queries()
    .filter(({ state }) => state === 'success' || state === 'fail')
    .map((query) => query.arrivedAtMs - (ends.get(query.taskId) ?? 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const learnedTimes = async (pool: PoolFixture): Promise<number[]> =>
  (await pool.ledger.read.durations([TEST_KIND]))[0] ?? [];

describe('the learned schedule', () => {
  test('a pool learns how long its tasks take: fewer looks, and the end is found soon', async (context) => {
    const { expect } = context;
    const TASK_MS = 600;
    const pool = await openPool(context, 'learns', {
      simulator: { generation: { kind: 'fixed', ms: TASK_MS } },
      timings: { pollPlanMs: 50 },
    });
    const batch = async (name: string, done: number): Promise<number[]> => {
      const ids = await pool.enqueue(...numbered(name, 30));
      await inState(pool, 'succeeded', done);
      return (await records(pool, ids)).map(({ polls }) => polls);
    };
    const before = await batch('unlearned', 30);
    await batch('learning', 60);
    const after = await batch('learned', 90);
    expect(mean(after)).toBeLessThan(mean(before) / 2);
    expect(mean(after)).toBeLessThan(4);
    // A third of the time that a task takes, on a machine that is busy with other tests.
    expect(mean(unnoticedMs(pool).slice(-30))).toBeLessThan(TASK_MS / 3);
    const learned = await learnedTimes(pool);
    expect(learned).toHaveLength(90);
    expect(mean(learned)).toBeCloseTo(TASK_MS, -2);
  });

  test('unheard-of state words are looked at again, and teach nothing by themselves', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'words');
    pool.simulator.script([{ on: 'recordInfo', when: { times: 3 }, fault: { kind: 'state', word: 'reticulating' } }]);
    const id = await one(pool, 'odd word');
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.polls).toBe(4);
    expect(await learnedTimes(pool)).toHaveLength(1);
  });

  test('a clock of Kie that is an hour ahead changes nothing', async (context) => {
    const { expect } = context;
    const clock = { now: () => Date.now() + 3_600_000, monotonic: () => performance.now() };
    const pool = await openPool(context, 'skew', { clock, simulator: { generation: { kind: 'fixed', ms: 150 } } });
    await pool.enqueue(...numbered('ahead', 3));
    await inState(pool, 'succeeded', 3);
    expect(await learnedTimes(pool)).toEqual([150, 150, 150]);
  });
});

test('2000 tasks in flight: never above the query budget in any second, none unobserved beyond the bound', async (context) => {
  const { expect } = context;
  const [TASKS, BUDGET] = [2000, 300];
  const schedule = { ...scaleSchedule(0.01), priorMedianMs: 6000 };
  const pool = await openPool(context, 'many', {
    workers: 0,
    // They end when the test says so: at once, after the last one has begun, however long that takes.
    simulator: { generation: { kind: 'fixed', ms: 3_600_000 } },
    settings: { pollLimitPerSecond: BUDGET, submitLimit: 1000 },
    timings: { pollPlanMs: 200 },
    schedule,
    concurrency: 50,
  });
  const times = Array.from({ length: 200 }, (_, i) => 5500 + i * 5);
  await teach(pool.ledger, times);
  const bound = boundMs(times, schedule, TASKS, BUDGET);
  await pool.enqueue(...numbered('n', TASKS));
  await pool.addWorker();
  await inState(pool, 'generating', TASKS, 40_000);
  expect(pool.simulator.finish()).toBe(TASKS);
  await inState(pool, 'succeeded', TASKS, 40_000);

  const { ledger } = pool.simulator;
  expect(ledger.maxQueriesInAnyWindow(1000)).toBeLessThanOrEqual(BUDGET);
  expect(Math.max(...unnoticedMs(pool))).toBeLessThan(bound);
  expect(longestSilenceMs(pool)).toBeLessThan(bound);
}, 90_000);

/**
 * docs/polling.md: the longest pause that is planned, and one look at every other task before its turn. Seconds to spare, since this
 * machine, busy with other tests, may not reach the budget.
 */
function boundMs(
  times: readonly number[],
  schedule: ReturnType<typeof scaleSchedule>,
  tasks: number,
  budgetPerSecond: number,
): number {
  const prior = priorFor({ durationSeconds: 5 }, schedule.priorMedianMs);
  const timeline = timelineOf(completionDistribution(times, prior, schedule.horizonMs), schedule);
  const [planned] = planLoad([{ timeline, inFlight: tasks }], { ...schedule, budgetPerSecond }).schedules;
  if (planned === undefined) throw new Error('nothing planned');
  return longestPauseMs(planned) + (tasks / budgetPerSecond) * 1000 + 6000;
}

/** The longest time for which a task was not looked at, from its creation to the look that found its end. */
function longestSilenceMs(pool: PoolFixture): number {
  const { ledger } = pool.simulator;
  const last = new Map(ledger.tasks().map((task) => [task.taskId, task.createTimeMs]));
  let longest = 0;
  for (const { taskId, arrivedAtMs } of ledger.queries()) {
    longest = Math.max(longest, arrivedAtMs - (last.get(taskId) ?? arrivedAtMs));
    last.set(taskId, arrivedAtMs);
  }
  return longest;
}
