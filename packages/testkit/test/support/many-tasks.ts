import { completionDistribution, longestPauseMs, planLoad, priorFor, scaleSchedule, timelineOf } from '@kieq/domain';
import type { TestContext } from 'vitest';
import { teach, type PoolFixture } from '../../src/index.ts';
import { inState, numbered, openPool } from '../integration/support.ts';

const BUDGET = 300;
/** A machine that is busy with other tests may not reach the budget. */
const SLACK_MS = 15_000;
/** For each half: all accepted, all found. */
const PATIENCE_MS = 120_000;

/** Many tasks that end at the same moment: are queries never above the budget in any second, no task unobserved beyond the bound? */
export async function manyTasks(context: TestContext, tasks: number): Promise<{ readonly isKept: boolean }> {
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
  const bound = boundMs(times, schedule, tasks);
  await pool.enqueue(...numbered('n', tasks));
  await pool.addWorker();
  await inState(pool, 'generating', tasks, PATIENCE_MS);
  pool.simulator.finish();
  await inState(pool, 'succeeded', tasks, PATIENCE_MS);

  const { ledger } = pool.simulator;
  const found = {
    looks: ledger.queries().length / tasks,
    mostInASecond: ledger.maxQueriesInAnyWindow(1000),
    longestUnnoticedMs: Math.max(...unnoticedMs(pool)),
    longestSilenceMs: longestSilenceMs(pool),
    boundMs: bound,
  };
  const isKept =
    found.mostInASecond <= BUDGET && Math.max(found.longestUnnoticedMs, found.longestSilenceMs) < bound + SLACK_MS;
  return { ...found, isKept };
}

/** docs/polling.md: the longest pause that is planned, twice the aging, and one poll of every other task. */
function boundMs(times: readonly number[], schedule: ReturnType<typeof scaleSchedule>, tasks: number): number {
  const prior = priorFor({ durationSeconds: 5 }, schedule.priorMedianMs);
  const timeline = timelineOf(completionDistribution(times, prior, schedule.horizonMs), schedule);
  const [planned] = planLoad([{ timeline, inFlight: tasks }], { ...schedule, budgetPerSecond: BUDGET }).schedules;
  if (planned === undefined) throw new Error('nothing planned');
  return longestPauseMs(planned) + 2 * schedule.agingMs + (tasks / BUDGET) * 1000;
}

/** The longest time for which a task was not polled, from its creation to the poll that found its end. */
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

/** For how long the end of each task stayed unnoticed, in ms, by the simulator's ledger of queries. */
export function unnoticedMs(pool: PoolFixture): number[] {
  const { ledger } = pool.simulator;
  const ends = new Map(ledger.tasks().map((task) => [task.taskId, task.endsAtMs ?? 0]));
  return ledger
    .queries()
    .filter(({ state }) => state === 'success' || state === 'fail')
    .map((query) => query.arrivedAtMs - (ends.get(query.taskId) ?? 0));
}
