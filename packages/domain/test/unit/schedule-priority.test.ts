import {
  completionDistribution,
  endedChance,
  lookPriority,
  priorFor,
  timelineOf,
  type WaitingLook,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

const SAMPLE = Array.from({ length: 200 }, (_, i) => 100_000 + 100 * ((i * 37) % 200));
const TIMELINE = timelineOf(completionDistribution(SAMPLE, priorFor({})));
const IN_TIME: WaitingLook = { isHinted: false, ageMs: 130_000, lastLookAgeMs: 0, overdueMs: 0 };

describe('the priority of a look', () => {
  test.each<[string, Partial<WaitingLook>, number]>([
    ['caused by a callback', { isHinted: true, ageMs: 10 }, 1],
    ['at a task that has probably ended', {}, 2],
    ['at a task that may have ended', { ageMs: 104_000 }, 3],
    ['at a task that has hardly begun', { ageMs: 20_000 }, 4],
    ['soon after the last look', { ageMs: 400_000, lastLookAgeMs: 399_000 }, 4],
    ['beyond all that was ever seen', { ageMs: 90_000_000, lastLookAgeMs: 86_400_000 }, 2],
    ['at the age of 0', { ageMs: 0 }, 4],
    ['late in the distribution, but with no callback', { callbackLoss: 0.02, ageMs: 118_000 }, 3],
  ])('%s', (_what, change, expected) => {
    expect(lookPriority({ ...IN_TIME, ...change }, TIMELINE)).toBe(expected);
  });

  test('rises with every aging step until it is first, so that no task starves', () => {
    const waiting = { ...IN_TIME, ageMs: 20_000 };
    const overdue = [0, 29_999, 30_000, 60_000, 90_000, 900_000];
    expect(overdue.map((overdueMs) => lookPriority({ ...waiting, overdueMs }, TIMELINE))).toEqual([4, 4, 3, 2, 1, 1]);
    expect(lookPriority({ ...waiting, overdueMs: 90 }, TIMELINE, 30)).toBe(1);
  });

  test('never falls for a look that is early', () => {
    expect(lookPriority({ ...IN_TIME, overdueMs: -1_000_000 }, TIMELINE)).toBe(2);
  });
});

test('the chance of an end without callback is that of the loss, by Bayes', () => {
  const look = { ageMs: 110_000, lastLookAgeMs: 0 };
  const ended = endedChance(look, TIMELINE);
  const silent = endedChance({ ...look, callbackLoss: 0.1 }, TIMELINE);
  expect(silent).toBeCloseTo((0.1 * ended) / (0.1 * ended + 1 - ended), 9);
  expect(endedChance({ ageMs: 50, lastLookAgeMs: 100 }, TIMELINE)).toBe(0);
});
