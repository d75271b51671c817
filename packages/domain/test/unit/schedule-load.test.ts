import {
  CALLBACK_LOSS,
  completionDistribution,
  longestPauseMs,
  planLoad,
  priorFor,
  SCHEDULE,
  scheduleFor,
  timelineOf,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

const FAST = timelineOf(completionDistribution(spread(60_000), priorFor({})));
const SLOW = timelineOf(completionDistribution(spread(240_000), priorFor({})));
const WITH_CALLBACKS = { ...SCHEDULE, callbackLoss: CALLBACK_LOSS };

/** 200 completion times within a fifth of the middle. */
function spread(middleMs: number): number[] {
  return Array.from({ length: 200 }, (_, i) => middleMs * (0.8 + ((i * 37) % 200) / 500));
}

describe('the plan for the present load', () => {
  test('has the least price while the budget suffices', () => {
    const plan = planLoad([{ timeline: SLOW, inFlight: 20 }]);
    expect(plan.costRatioMs).toBe(SCHEDULE.costRatioMs);
    expect(plan.schedules[0]).toEqual(scheduleFor(SLOW, SCHEDULE.costRatioMs));
    expect(plan.isSaturated).toBe(false);
  });

  test('plans no more polls than four fifths of the budget, and few less', () => {
    const { timeline, inFlight } = { timeline: SLOW, inFlight: 1_000 };
    const plan = planLoad([{ timeline, inFlight }]);
    expect(plan.costRatioMs).toBeGreaterThan(SCHEDULE.costRatioMs);
    expect(plan.pollsPerSecond).toBeLessThanOrEqual(8);
    expect(plan.pollsPerSecond).toBeGreaterThan(7.8);
    expect(plan.pollsPerSecond).toBeCloseTo((inFlight * plan.pollsPerTask * 1000) / timeline.meanMs, 6);
  });

  test('sets one price for all kinds together', () => {
    const kinds = [
      { timeline: FAST, inFlight: 200 },
      { timeline: SLOW, inFlight: 600 },
      { timeline: SLOW, inFlight: 0 },
    ];
    const plan = planLoad(kinds);
    expect(plan.schedules.map(({ costRatioMs }) => costRatioMs)).toEqual(kinds.map(() => plan.costRatioMs));
    const perSecond = kinds.map(({ timeline, inFlight }, i) => {
      return (inFlight * 1000 * (plan.schedules[i]?.expectedPolls ?? 0)) / timeline.meanMs;
    });
    expect(perSecond.reduce((sum, polls) => sum + polls, 0)).toBeLessThanOrEqual(8);
  });

  test('reports when not even the fewest polls fit, and keeps the price finite', () => {
    const plan = planLoad([{ timeline: FAST, inFlight: 5_000 }]);
    expect(plan.isSaturated).toBe(true);
    expect(plan.pollsPerTask).toBeGreaterThan(1.05);
    expect(plan.schedules.every(({ expectedDelayMs }) => Number.isFinite(expectedDelayMs))).toBe(true);
  });

  test('takes a smaller budget into account', () => {
    const kinds = [{ timeline: SLOW, inFlight: 100 }];
    expect(planLoad(kinds, { ...SCHEDULE, budgetPerSecond: 1 }).pollsPerSecond).toBeLessThanOrEqual(0.8);
  });

  test('plans for nothing at all', () => {
    expect(planLoad([])).toMatchObject({ schedules: [], pollsPerTask: 0, pollsPerSecond: 0, isSaturated: false });
  });
});

describe('with callbacks on', () => {
  test.each([
    ['a learned kind', SLOW],
    ['the prior alone', timelineOf(completionDistribution([], priorFor({})))],
  ])('%s needs less than 1.1 polls and polls late', (_what, timeline) => {
    const plan = planLoad([{ timeline, inFlight: 50 }], WITH_CALLBACKS);
    expect(plan.pollsPerTask).toBeLessThanOrEqual(1.04);
    const first = plan.schedules[0]?.pollAgesMs[0] ?? 0;
    const place = timeline.agesMs.findIndex((ageMs) => ageMs >= first);
    expect(timeline.survival[place]).toBeLessThan(0.05);
    expect(longestPauseMs(plan.schedules[0] ?? scheduleFor(timeline, 1))).toBe(first);
  });

  test('is the schedule of a higher price, which a pool that loses more callbacks lowers', () => {
    const firstLook = (callbackLoss: number): number =>
      planLoad([{ timeline: SLOW, inFlight: 50 }], { ...SCHEDULE, callbackLoss }).schedules[0]?.pollAgesMs[0] ?? 0;
    expect(firstLook(CALLBACK_LOSS)).toBeGreaterThan(1.2 * firstLook(1));
    expect(planLoad([{ timeline: SLOW, inFlight: 50 }]).pollsPerTask).toBeGreaterThan(2);
  });

  test('that are lost half of the time, a poll costs twice as much', () => {
    const plan = planLoad([{ timeline: SLOW, inFlight: 50 }], { ...SCHEDULE, callbackLoss: 0.5 });
    expect(plan.costRatioMs).toBe(2 * SCHEDULE.costRatioMs);
  });
});
