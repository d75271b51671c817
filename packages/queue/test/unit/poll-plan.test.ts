import { scaleSchedule, SCHEDULE } from '@kieq/domain';
import { PollPlan, type PollPlanOptions } from '@kieq/queue';
import { describe, expect, test } from 'vitest';

const KIND = 'model|5s';
const OTHER = 'other|10s';

/** A pool that only exists as what can be read of it. */
class Pool {
  readonly durationsOf = new Map<string, number[]>();
  recent: string[] = [];
  generating = 0;
  limit = '10';
  isDown = false;
  nowMs = 0;
  reads = 0;
  readonly asked: string[][] = [];
  readonly troubles: unknown[] = [];
  readonly plans: { costRatioMs: number; isSaturated: boolean }[] = [];

  learn(kind: string, ...durations: number[]): void {
    this.durationsOf.set(kind, [...durations, ...(this.durationsOf.get(kind) ?? [])]);
    this.recent = [...durations.map(() => kind), ...this.recent];
  }

  plan(change: Partial<PollPlanOptions> = {}): PollPlan {
    return new PollPlan({
      ledger: { read: this.#read() },
      schedule: SCHEDULE,
      callbacks: false,
      planMs: 5000,
      now: () => this.nowMs,
      onPlan: (plan) => this.plans.push(plan),
      onProblem: (error) => this.troubles.push(error),
      ...change,
    });
  }

  #read(): PollPlanOptions['ledger']['read'] {
    return {
      learnedKinds: async () => {
        this.reads += 1;
        if (this.isDown) throw new Error('Redis is down');
        const versions = new Map([...this.durationsOf].map(([kind, durations]) => [kind, durations.length]));
        return { versions, recent: this.recent };
      },
      durations: async (kinds) => {
        this.asked.push([...kinds]);
        return kinds.map((kind) => this.durationsOf.get(kind) ?? []);
      },
      pollLimit: async () => Number(this.limit),
      stateCounts: async () => ({
        queued: 0,
        submitting: 0,
        generating: this.generating,
        unknown: 0,
        archiving: 0,
        succeeded: 0,
        failed: 0,
        cancelled: 0,
        dead: 0,
      }),
    };
  }
}

const around = (ms: number, count = 100): number[] => Array.from({ length: count }, (_, i) => ms * (0.95 + i / 1000));

describe('the plan of a worker', () => {
  test('begins with the prior of the kind, and polls close to what was learned afterwards', async () => {
    const pool = new Pool();
    const plan = pool.plan();
    await plan.refresh();
    const [first, longer] = [plan.firstDelayMs('model|5s'), plan.firstDelayMs('model|10s')];
    expect(first).toBeGreaterThan(30_000);
    expect(longer).toBeGreaterThan(first * 1.2);
    pool.learn(KIND, ...around(400_000));
    await plan.refresh();
    expect(plan.firstDelayMs(KIND)).toBeGreaterThan(2 * first);
    expect(plan.nextDelayMs(KIND, 300_000)).toBeGreaterThan(80_000);
    expect(plan.nextDelayMs(KIND, 300_000)).toBeLessThan(120_000);
    expect(plan.firstDelayMs('model|10s')).toBe(longer);
  });

  test('is made again only when it is old, in the background, and reads only the kinds that changed', async () => {
    const pool = new Pool();
    pool.learn(KIND, ...around(100_000));
    pool.learn(OTHER, ...around(300_000));
    const plan = pool.plan();
    await plan.refresh();
    expect(pool.asked).toEqual([[OTHER, KIND]]);
    pool.nowMs = 4999;
    const before = plan.firstDelayMs(KIND);
    expect(pool.reads).toBe(1);
    pool.learn(KIND, ...around(200_000));
    pool.nowMs = 5000;
    expect(plan.firstDelayMs(KIND)).toBe(before);
    await expect.poll(() => plan.firstDelayMs(KIND)).toBeGreaterThan(before);
    expect(pool.reads).toBe(2);
    expect(pool.asked).toEqual([[OTHER, KIND], [KIND]]);
  });

  test('stays as it was while the pool cannot be read', async () => {
    const pool = new Pool();
    pool.learn(KIND, ...around(100_000));
    const plan = pool.plan();
    await plan.refresh();
    const before = plan.firstDelayMs(KIND);
    pool.isDown = true;
    pool.learn(KIND, ...around(500_000));
    await plan.refresh();
    expect(pool.troubles).toHaveLength(1);
    expect(plan.firstDelayMs(KIND)).toBe(before);
    pool.isDown = false;
    await plan.refresh();
    expect(plan.firstDelayMs(KIND)).not.toBe(before);
  });

  test('under load makes polls dearer for every kind, up to saturation', async () => {
    const pool = new Pool();
    const plan = pool.plan();
    pool.learn(KIND, ...around(100_000));
    pool.learn(OTHER, ...around(300_000));
    const delays = async (generating: number): Promise<number[]> => {
      pool.generating = generating;
      await plan.refresh();
      return [plan.firstDelayMs(KIND), plan.firstDelayMs(OTHER)];
    };
    const [idle, busy] = [await delays(10), await delays(1000)];
    busy.forEach((delayMs, i) => expect(delayMs).toBeGreaterThan(idle[i] ?? Infinity));
    await delays(20_000);
    expect(pool.plans.map(({ isSaturated }) => isSaturated)).toEqual([false, false, true]);
    pool.limit = '1000';
    expect(await delays(1000)).toEqual(idle);
  });

  test('ranks polls that are due together by the chance of finding an end, of every kind', async () => {
    const pool = new Pool();
    pool.learn(KIND, ...around(100_000));
    pool.learn(OTHER, ...around(300_000));
    const plan = pool.plan();
    await plan.refresh();
    const rank = (kind: string, ageMs: number, dueAtMs = 0): number => plan.rank(kind, 0, ageMs, dueAtMs);
    expect([rank(KIND, 120_000), rank(KIND, 95_500), rank(KIND, 50_000), rank(OTHER, 120_000)]).toEqual([1, 2, 3, 3]);
    expect(rank(KIND, 50_000, 90_000)).toBe(6);
    const silent = pool.plan({ callbacks: true });
    await silent.refresh();
    expect(silent.rank(KIND, 0, 95_500, 0)).toBe(3);
  });

  test('before anything has ended counts all tasks by the prior', async () => {
    const pool = new Pool();
    const plan = pool.plan();
    pool.generating = 3000;
    await plan.refresh();
    expect(pool.plans.at(-1)?.costRatioMs).toBeGreaterThan(SCHEDULE.costRatioMs);
  });

  test('with callbacks waits until late in the distribution', async () => {
    const pool = new Pool();
    pool.learn(KIND, ...around(100_000), ...around(130_000));
    const [polled, called] = [pool.plan(), pool.plan({ callbacks: true })];
    await Promise.all([polled.refresh(), called.refresh()]);
    expect(polled.firstDelayMs(KIND)).toBeLessThan(110_000);
    expect(called.firstDelayMs(KIND)).toBeGreaterThan(130_000);
  });

  test('scales with everything else', () => {
    const pool = new Pool();
    const scaled = pool.plan({ schedule: scaleSchedule(0.01) });
    expect(scaled.firstDelayMs(KIND)).toBeCloseTo(pool.plan().firstDelayMs(KIND) / 100, -1);
  });

  test('keeps few of many kinds', async () => {
    const pool = new Pool();
    const plan = pool.plan();
    await plan.refresh();
    const kinds = Array.from({ length: 600 }, (_, i) => `model-${i}|5s`);
    expect(new Set(kinds.map((kind) => plan.firstDelayMs(kind))).size).toBe(1);
    for (const kind of kinds) pool.learn(kind, 100_000);
    await plan.refresh();
    expect(pool.asked.at(-1)?.length).toBeGreaterThan(200);
    expect(pool.asked.at(-1)?.length).toBeLessThan(300);
  });
});
