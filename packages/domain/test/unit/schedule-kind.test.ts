import {
  commonKinds,
  completionMs,
  detectionDelayMs,
  inFlightByKind,
  requestKindOf,
  timingKind,
  vendorTimeMs,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

describe('the kind of a request', () => {
  test.each([
    [{ duration: '5', sound: false, prompt: 'a cat' }, 'm/v|5s'],
    [{ duration: 10, sound: true }, 'm/v|10s|sound'],
    [{ sound: true }, 'm/v|sound'],
    [{ duration: '2.5' }, 'm/v|2.5s'],
    [{}, 'm/v'],
    [{ duration: 'long', sound: 'yes' }, 'm/v'],
    [{ duration: -5 }, 'm/v'],
    [{ duration: 0 }, 'm/v'],
    [{ duration: Number.NaN }, 'm/v'],
    [{ duration: '9999' }, 'm/v'],
    [{ duration: { seconds: 5 } }, 'm/v'],
  ])('%j', (input, kind) => {
    expect(timingKind('m/v', input)).toBe(kind);
  });

  test('has what the prior needs', () => {
    expect(requestKindOf('m/v|10s|sound')).toEqual({ durationSeconds: 10, sound: true });
    expect(requestKindOf('m/v')).toEqual({});
  });

  test('is short, and no model can pass for another kind', () => {
    expect(timingKind('x'.repeat(5000), { duration: '10', sound: true }).length).toBeLessThan(100);
    expect(timingKind('m|5s\n', {})).toBe('m_5s_');
  });
});

describe('what a verdict teaches', () => {
  test.each([
    ["Kie's own time", { createTime: 1000, completeTime: 151_000 }, 150_000],
    ['no times', {}, 200_000],
    ['one time', { completeTime: 5 }, 200_000],
    ['an end before the beginning', { createTime: 1000, completeTime: 999 }, 200_000],
    ['an end at the beginning', { createTime: 1000, completeTime: 1000 }, 200_000],
    ['more than a day', { createTime: 1000, completeTime: 86_402_000 }, 200_000],
  ])('%s', (_what, times, ms) => {
    expect(completionMs(times, 200_000)).toBe(ms);
  });

  test('the delay needs no clocks that agree, and is never negative', () => {
    expect(detectionDelayMs({ createTime: 1e15, completeTime: 1e15 + 150_000 }, 153_000)).toBe(3000);
    expect(detectionDelayMs({ createTime: 1, completeTime: 150_001 }, 149_000)).toBe(0);
    expect(detectionDelayMs({}, 149_000)).toBeUndefined();
    expect(vendorTimeMs({ createTime: 0, completeTime: 500 }, 100)).toBeUndefined();
  });
});

describe('the mix of kinds', () => {
  test('what takes longer makes up more of what runs', () => {
    const mean = (kind: string): number => (kind === 'slow' ? 300 : 100);
    const shares = inFlightByKind(['slow', 'fast', 'fast'], mean, 50);
    expect(Object.fromEntries(shares)).toEqual({ slow: 30, fast: 20 });
    expect(inFlightByKind([], mean, 50).size).toBe(0);
  });

  test('the most common first', () => {
    expect(commonKinds(['a', 'b', 'c', 'b', 'c', 'c'], 2)).toEqual(['c', 'b']);
  });
});
