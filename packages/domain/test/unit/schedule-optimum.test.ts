import {
  completionDistribution,
  longestPauseMs,
  mixtureOf,
  nextPollDelayMs,
  priorFor,
  SCHEDULE,
  scheduleFor,
  scaleSchedule,
  survivalAt,
  timelineOf,
  type PollSchedule,
  type Timeline,
} from '@kieq/domain';
import { assert, array, double, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

const PRIOR = priorFor({});
const SETTINGS = { numRuns: 40, seed: 7 };
const sampled = array(double({ min: 1, max: 3_600_000, noNaN: true }), { maxLength: 40 });
const price = double({ min: 1, max: 1e7, noNaN: true });

function learned(sample: readonly number[]): Timeline {
  return timelineOf(completionDistribution(sample, PRIOR));
}

function pausesOf({ pollAgesMs }: PollSchedule): number[] {
  return pollAgesMs.map((ageMs, i) => ageMs - (pollAgesMs[i - 1] ?? 0));
}

describe('the schedule of polls', () => {
  test('ascends with the least spacing up to the horizon, for every sample and price', () => {
    assert(
      property(sampled, price, (sample, costRatioMs) => {
        const schedule = scheduleFor(learned(sample), costRatioMs);
        expect(Math.min(...pausesOf(schedule))).toBeGreaterThanOrEqual(SCHEDULE.minSpacingMs - 1e-6);
        expect(schedule.pollAgesMs.at(-1)).toBe(SCHEDULE.horizonMs);
        expect(schedule.expectedPolls).toBeGreaterThanOrEqual(1);
        expect(Number.isFinite(schedule.expectedPolls + schedule.expectedDelayMs)).toBe(true);
      }),
      SETTINGS,
    );
  });

  test('never has more polls or less delay at a higher price', () => {
    assert(
      property(sampled, price, double({ min: 1, max: 100, noNaN: true }), (sample, costRatioMs, factor) => {
        const timeline = learned(sample);
        const [cheap, dear] = [scheduleFor(timeline, costRatioMs), scheduleFor(timeline, costRatioMs * factor)];
        expect(dear.expectedPolls).toBeLessThanOrEqual(cheap.expectedPolls + 1e-9);
        expect(dear.expectedDelayMs).toBeGreaterThanOrEqual(cheap.expectedDelayMs - 1e-6);
      }),
      SETTINGS,
    );
  });

  test.each([
    ['nothing', []],
    ['one completion', [100_000]],
    ['equal completions', Array.from({ length: 200 }, () => 100_000)],
    ['a completion of 1 ms', [1]],
    ['completions of a day', Array.from({ length: 200 }, () => 86_400_000)],
  ])('has a plan after %s', (_what, sample) => {
    const schedule = scheduleFor(learned(sample), 3_000);
    expect(schedule.pollAgesMs.every(Number.isFinite)).toBe(true);
    expect(schedule.expectedPolls).toBeLessThan(40);
  });

  test('polls once, just afterwards, where all tasks take the same time', () => {
    const schedule = scheduleFor(learned(Array.from({ length: 200 }, () => 100_000)), 3_000);
    expect(schedule.pollAgesMs[0]).toBeGreaterThan(100_000);
    expect(schedule.pollAgesMs[0]).toBeLessThan(108_000);
    expect(schedule.expectedPolls).toBeLessThan(1.3);
  });

  test('makes a day of polls of a stuck task cost less than 250 queries', () => {
    expect(scheduleFor(learned([]), 3_000).pollAgesMs.length).toBeLessThan(250);
  });

  test('beyond the distribution waits at most a third of the age, and 10 min', () => {
    const schedule = scheduleFor(learned([]), 3_000);
    const tailMs = schedule.timeline.agesMs[schedule.timeline.tailFrom] ?? 0;
    const late = schedule.pollAgesMs.flatMap((ageMs, i) =>
      ageMs > tailMs ? [[ageMs, pausesOf(schedule)[i] ?? 0]] : [],
    );
    for (const [ageMs = 0, pauseMs = 0] of late.slice(0, -1)) {
      expect(pauseMs).toBeLessThanOrEqual(600_000 + 1e-6);
      expect(pauseMs).toBeLessThanOrEqual(ageMs / 3);
    }
  });

  test('shrinks in proportion with all times', () => {
    const options = scaleSchedule(0.01);
    const timeline = timelineOf(mixtureOf([{ ...priorFor({}, options.priorMedianMs), weight: 1 }]), options);
    const small = scheduleFor(timeline, options.costRatioMs, options);
    const large = scheduleFor(learned([]), SCHEDULE.costRatioMs);
    expect(small.expectedPolls).toBeCloseTo(large.expectedPolls, 2);
    expect(small.expectedDelayMs * 100).toBeCloseTo(large.expectedDelayMs, -2);
  });
});

describe('it is the best one', () => {
  const timelines = array(integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 40 }).chain((gaps) =>
    array(double({ min: 0.7, max: 1, noNaN: true }), { minLength: gaps.length, maxLength: gaps.length }).map((shares) =>
      timelineFrom(gaps, shares),
    ),
  );

  /** Two polls of the tail at the end. */
  function timelineFrom(gaps: readonly number[], shares: readonly number[]): Timeline {
    let [age, running] = [0, 1];
    const agesMs = Float64Array.from([0, ...gaps.map((gap) => (age += gap)), age + 40]);
    const survival = Float64Array.from([1, ...shares.map((share) => (running *= share)), running / 2]);
    return { agesMs, survival, tailFrom: gaps.length, meanMs: 0 };
  }

  /** The least cost of all subsets of places that keep the spacing. */
  function leastCost({ agesMs, survival, tailFrom }: Timeline, costRatioMs: number, minSpacingMs: number): number {
    const known = new Map<number, number>([[agesMs.length - 1, 0]]);
    const from = (i: number): number => {
      const already = known.get(i);
      if (already !== undefined) return already;
      const candidates = i >= tailFrom ? [i + 1] : Array.from({ length: tailFrom - i }, (_, k) => i + 1 + k);
      const costs = candidates.map((j) => {
        const pauseMs = (agesMs[j] ?? 0) - (agesMs[i] ?? 0);
        return pauseMs < minSpacingMs ? Infinity : (survival[i] ?? 0) * (costRatioMs + pauseMs) + from(j);
      });
      known.set(i, Math.min(...costs));
      return Math.min(...costs);
    };
    return from(0);
  }

  test('of all that are possible on a small timeline', () => {
    assert(
      property(
        timelines,
        integer({ min: 0, max: 50 }),
        integer({ min: 1, max: 12 }),
        (timeline, cost, minSpacingMs) => {
          const least = leastCost(timeline, cost, minSpacingMs);
          const { expectedPolls, expectedDelayMs } = scheduleFor(timeline, cost, { minSpacingMs, maxSpacingMs: 600 });
          if (least < Infinity) expect(expectedPolls * cost + expectedDelayMs).toBeCloseTo(least, 6);
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });

  test('by the condition of Barlow, Hunter and Proschan for the pauses', () => {
    const truth = mixtureOf([{ medianMs: 150_000, sigma: 0.3, weight: 1 }]);
    const options = { ...SCHEDULE, minSpacingMs: 1, places: 20_000, tailSurvival: 1e-6 };
    const { pollAgesMs } = scheduleFor(timelineOf(truth, options), 3_000, options);
    const density = (ms: number): number => survivalAt(truth, ms - 50) - survivalAt(truth, ms + 50);
    for (let k = 1; k < 5; k += 1) {
      const [before = 0, now = 0, after = 0] = pollAgesMs.slice(k - 1, k + 2);
      const ended = survivalAt(truth, before) - survivalAt(truth, now);
      expect((after - now) / 1000).toBeCloseTo(((100 * ended) / density(now) - 3_000) / 1000, 0);
    }
  });
});

describe('the next poll', () => {
  const schedule = scheduleFor(learned([100_000, 110_000, 130_000, 150_000, 120_000]), 3_000);
  const [first = 0, second = 0] = schedule.pollAgesMs;

  test('follows the plan while polls are in time', () => {
    expect(nextPollDelayMs(schedule, 0)).toBe(Math.ceil(first));
    expect(nextPollDelayMs(schedule, first)).toBe(Math.ceil(second - first));
  });

  test('counts from the last poll, not from now', () => {
    expect(nextPollDelayMs(schedule, 10_000, 0)).toBe(Math.ceil(first - 10_000));
  });

  test('is at once when it is overdue', () => {
    expect(nextPollDelayMs(schedule, first + 1_000, 0)).toBe(0);
    expect(nextPollDelayMs(schedule, 90_000_000, 0)).toBe(0);
  });

  test('after a late poll is planned again and keeps the spacing', () => {
    assert(
      property(double({ min: 0, max: 86_000_000, noNaN: true }), (ageMs) => {
        const delayMs = nextPollDelayMs(schedule, ageMs);
        expect(delayMs).toBeGreaterThanOrEqual(SCHEDULE.minSpacingMs);
        expect(delayMs).toBeLessThanOrEqual(Math.max(longestPauseMs(schedule), SCHEDULE.maxSpacingMs + 5_000));
      }),
      SETTINGS,
    );
  });

  test('keeps coming after the horizon', () => {
    expect(nextPollDelayMs(schedule, SCHEDULE.horizonMs)).toBe(SCHEDULE.maxSpacingMs);
  });

  test('survives a clock that was set back', () => {
    expect(nextPollDelayMs(schedule, -3_600_000)).toBe(Math.ceil(first));
    expect(nextPollDelayMs(schedule, first, first + 3_600_000)).toBe(nextPollDelayMs(schedule, first));
  });
});
