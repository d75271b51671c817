import {
  blindPollDelayMs,
  completionDistribution,
  judgeDenial,
  noResultDelayMs,
  nextPollDelayMs,
  priorFor,
  scheduleFor,
  SCHEDULE,
  timelineOf,
  TIMINGS,
  type Denials,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

describe('polls', () => {
  test.each([
    [0, 5_000],
    [30_000, 5_000],
    [90_000, 15_000],
    [1_800_000, 300_000],
    [86_400_000, 300_000],
  ])('that learned nothing at the age of %i ms are repeated after %i ms', (pollingForMs, pauseMs) => {
    expect(blindPollDelayMs(TIMINGS, pollingForMs)).toBe(pauseMs);
  });

  // @guarantee G3
  test('a day of polls of one stuck task stays below 250 queries', () => {
    const schedule = scheduleFor(timelineOf(completionDistribution([], priorFor({}))), SCHEDULE.costRatioMs);
    let polls = 0;
    for (
      let ageMs = nextPollDelayMs(schedule, 0);
      ageMs < TIMINGS.taskStuckMs;
      ageMs += nextPollDelayMs(schedule, ageMs)
    )
      polls += 1;
    expect(polls).toBeGreaterThan(20);
    expect(polls).toBeLessThan(250);
  });
});

describe('polls for the result of a success', () => {
  test.each([
    [0, 5_000],
    [10_000, 5_000],
    [60_000, 30_000],
    [600_000, 300_000],
    [1_500_001, 299_999],
    [1_799_999, 1],
    [1_800_000, 300_000],
  ])('are repeated after %i ms of waiting by %i ms', (waitedMs, pauseMs) => {
    expect(noResultDelayMs(TIMINGS, waitedMs)).toBe(pauseMs);
  });

  test('are less than 25 in half an hour, and the last one is at its end', () => {
    let [polls, waitedMs] = [0, 0];
    for (; waitedMs < TIMINGS.resultWaitMs; waitedMs += noResultDelayMs(TIMINGS, waitedMs)) polls += 1;
    expect(waitedMs).toBe(TIMINGS.resultWaitMs);
    expect(polls).toBeGreaterThan(10);
    expect(polls).toBeLessThan(25);
  });
});

describe('judgeDenial', () => {
  const lost: Denials = { ageMs: 3_600_000, misses: 3, missingForMs: 1_800_000, missingTasks: 5 };

  test.each<[string, Partial<Denials>, 'wait' | 'lost' | 'alarm']>([
    ['three denials over half an hour', {}, 'lost'],
    ['within 90 s of acceptance', { ageMs: 89_999 }, 'wait'],
    ['two denials', { misses: 2 }, 'wait'],
    ['denials too close together', { missingForMs: 1_799_999 }, 'wait'],
    ['more than five tasks together', { missingTasks: 6 }, 'alarm'],
    ['many tasks, but too early', { missingTasks: 6, missingForMs: 0 }, 'wait'],
  ])('%s', (_what, change, judgement) => {
    expect(judgeDenial({ ...lost, ...change }, TIMINGS)).toBe(judgement);
  });
});
