import {
  ageAtSurvival,
  completionDistribution,
  mixtureOf,
  priorFor,
  SAMPLE_SIZE,
  survivalAt,
  timelineOf,
} from '@kieq/domain';
import { array, assert, constant, constantFrom, double, oneof, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

const PRIOR = priorFor({});
const repeated = (ms: number, times: number): number[] => Array.from({ length: times }, () => ms);

describe('the prior', () => {
  test('is minutes, more for longer clips and for sound', () => {
    expect(priorFor({}).medianMs).toBe(150_000);
    expect(priorFor({ durationSeconds: 10 }).medianMs).toBeGreaterThan(1.4 * 150_000);
    expect(priorFor({ durationSeconds: 5, sound: true }).medianMs).toBeGreaterThan(150_000);
    expect(priorFor({ sound: false })).toEqual(priorFor({}));
  });

  test.each([Number.NaN, 0, -5, Infinity])('takes a duration of %d for 5 s', (durationSeconds) => {
    expect(priorFor({ durationSeconds })).toEqual(priorFor({ durationSeconds: 5 }));
  });

  test('holds what was measured elsewhere: 127 to 165 s, and once 786 s', () => {
    const alone = mixtureOf([{ ...PRIOR, weight: 1 }]);
    expect(survivalAt(alone, 127_000)).toBeGreaterThan(0.5);
    expect(survivalAt(alone, 786_000)).toBeGreaterThan(0.005);
  });
});

describe('what is believed about completion times', () => {
  test('is the prior while nothing was seen', () => {
    expect(completionDistribution([], PRIOR)).toEqual(mixtureOf([{ ...PRIOR, weight: 1 }]));
  });

  test('moves to what was seen, with the prior never gone', () => {
    const after = (times: number): number => survivalAt(completionDistribution(repeated(30_000, times), PRIOR), 60_000);
    expect(after(0)).toBeGreaterThan(0.9);
    expect(after(1)).toBeGreaterThan(after(9));
    expect(after(9)).toBeGreaterThan(after(200));
    expect(after(200)).toBeLessThan(0.03);
    expect(after(200)).toBeGreaterThan(0.01);
  });

  test('drops completion times that cannot be true', () => {
    const sample = [60_000, 70_000, 65_000];
    const dirty = [Number.NaN, 60_000, 0, 1e-9, -1, 70_000, Infinity, 86_400_001, 65_000];
    expect(completionDistribution(dirty, PRIOR)).toEqual(completionDistribution(sample, PRIOR));
  });

  test('forgets what is older than the last 200', () => {
    const recent = repeated(60_000, SAMPLE_SIZE);
    expect(completionDistribution([...recent, 500_000, 1], PRIOR)).toEqual(completionDistribution(recent, PRIOR));
  });

  test('believes the newest most', () => {
    const slower = completionDistribution([...repeated(200_000, 100), ...repeated(100_000, 100)], PRIOR);
    expect(survivalAt(slower, 150_000)).toBeGreaterThan(0.6);
  });

  test('keeps two modes apart', () => {
    const two = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 60_000 : 300_000) * (1 + (i % 10) / 100));
    const believed = completionDistribution(two, PRIOR);
    expect(survivalAt(believed, 100_000) - survivalAt(believed, 200_000)).toBeLessThan(0.05);
  });

  test('ages and survival are each other’s inverse', () => {
    const believed = completionDistribution([90_000, 100_000, 400_000], PRIOR);
    for (const survival of [0.9, 0.5, 0.1, 0.01])
      expect(survivalAt(believed, ageAtSurvival(believed, survival))).toBeCloseTo(survival, 2);
  });
});

test('a timeline is in order whatever was reported', () => {
  const reported = oneof(
    double(),
    double({ min: 1, max: 86_400_000, noNaN: true }),
    constantFrom(0, -1, 1, 86_400_000, 100_000),
  );
  const sample = oneof(array(reported, { maxLength: 60 }), constant(repeated(123, 60)));
  assert(
    property(sample, (reports) => {
      const { agesMs, survival, tailFrom } = timelineOf(completionDistribution(reports, PRIOR));
      expect(tailFrom).toBeLessThan(agesMs.length);
      expect([agesMs[0], survival[0], agesMs.at(-1)]).toEqual([0, 1, 86_400_000]);
      expect(agesMs.every((ageMs, i) => i === 0 || ageMs > (agesMs[i - 1] ?? Infinity))).toBe(true);
      expect(survival.every((share, i) => share >= 0 && share <= (survival[i - 1] ?? 1))).toBe(true);
    }),
    { numRuns: 60, seed: 4 },
  );
});
