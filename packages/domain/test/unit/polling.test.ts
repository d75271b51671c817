import { firstPollDelayMs, judgeDenial, nextPollDelayMs, TIMINGS, type Denials } from '@kieq/domain';
import { describe, expect, test } from 'vitest';

describe('the schedule of looks', () => {
  test('begins with the documented first look', () => {
    expect(firstPollDelayMs(TIMINGS)).toBe(10_000);
  });

  test.each([
    [0, 5_000],
    [30_000, 5_000],
    [90_000, 15_000],
    [360_000, 60_000],
    [3_600_000, 60_000],
    [3_600_001, 600_000],
    [86_400_000, 600_000],
  ])('at the age of %i ms the next pause is %i ms', (ageMs, pauseMs) => {
    expect(nextPollDelayMs(TIMINGS, ageMs)).toBe(pauseMs);
  });

  test('a day of looks at one stuck task stays below 250 queries', () => {
    let looks = 0;
    for (let ageMs = firstPollDelayMs(TIMINGS); ageMs < TIMINGS.taskStuckMs; ageMs += nextPollDelayMs(TIMINGS, ageMs))
      looks += 1;
    expect(looks).toBeLessThan(250);
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
