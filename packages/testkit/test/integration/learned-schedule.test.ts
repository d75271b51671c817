import { scaleSchedule } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { TEST_KIND, type PoolFixture } from '../../src/index.ts';
import { manyTasks } from '../support/many-tasks.ts';
import { inState, numbered, one, openPool } from './support.ts';

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How old each task was at its first poll, in the order in which they were made. */
function firstLooksMs(pool: PoolFixture): number[] {
  const looks = pool.simulator.ledger.queries();
  return pool.simulator.ledger
    .tasks()
    .map(({ taskId, createTimeMs }) => (looks.find((poll) => poll.taskId === taskId)?.arrivedAtMs ?? 0) - createTimeMs);
}

const learnedTimes = async (pool: PoolFixture): Promise<number[]> =>
  (await pool.ledger.read.durations([TEST_KIND]))[0] ?? [];

describe('the learned schedule', () => {
  test('a pool learns how long its tasks take, and then hardly polls before they can have ended', async (context) => {
    // Twice the times of other tests: long next to what a busy machine delays a poll by.
    const TASK_MS = 1200;
    const pool = await openPool(context, 'learns', {
      simulator: { generation: { kind: 'fixed', ms: TASK_MS } },
      timings: { pollPlanMs: 50 },
      schedule: { ...scaleSchedule(0.02), priorMedianMs: 200 },
    });
    const batch = async (name: string, done: number): Promise<number[]> => {
      await pool.enqueue(...numbered(name, 30));
      await inState(pool, 'succeeded', done, 60_000);
      return firstLooksMs(pool).slice(-30);
    };
    const early = (ages: readonly number[]): number => ages.filter((ageMs) => ageMs < TASK_MS * 0.75).length;
    // A busy machine polls late, never early, and so makes the unlearned ones fewer.
    expect(early(await batch('unlearned', 30))).toBeGreaterThan(10);
    await batch('learning', 60);
    // But a poll that is planned while hardly anything is in flight costs little: on a busy machine those are a few more.
    expect(early(await batch('learned', 90))).toBeLessThanOrEqual(6);
    const learned = await learnedTimes(pool);
    expect(learned).toHaveLength(90);
    expect(mean(learned)).toBeCloseTo(TASK_MS, -2);
  });

  test('unknown state words are polled again, and teach nothing', async (context) => {
    const pool = await openPool(context, 'words');
    pool.simulator.script([{ on: 'recordInfo', when: { times: 3 }, fault: { kind: 'state', word: 'reticulating' } }]);
    const id = await one(pool, 'odd word');
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.polls).toBe(4);
    expect(await learnedTimes(pool)).toHaveLength(1);
  });

  test('a clock of Kie that is an hour ahead changes nothing', async (context) => {
    const clock = { now: () => Date.now() + 3_600_000, monotonic: () => performance.now() };
    const pool = await openPool(context, 'skew', { clock, simulator: { generation: { kind: 'fixed', ms: 150 } } });
    await pool.enqueue(...numbered('ahead', 3));
    await inState(pool, 'succeeded', 3);
    expect(await learnedTimes(pool)).toEqual([150, 150, 150]);
  });
});

test(
  '600 tasks in flight: never above the query budget in any second, none unobserved beyond the bound',
  { timeout: 300_000 },
  async (context) => {
    expect(await manyTasks(context, 600)).toMatchObject({ isKept: true });
  },
);
