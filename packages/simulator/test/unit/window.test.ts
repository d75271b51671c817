import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxInAnyWindow, SlidingWindow } from '../../src/window.ts';

describe('SlidingWindow', () => {
  it('counts a moment until exactly one window later', () => {
    const window = new SlidingWindow();
    window.count(100);
    expect(window.used(109.9, 10)).toBe(1);
    expect(window.used(110, 10)).toBe(0);
  });

  it('keeps moments that come out of order', () => {
    const window = new SlidingWindow();
    for (const at of [5, 3, 4]) window.count(at);
    expect(window.used(13.5, 10)).toBe(2);
    expect(window.used(14.5, 10)).toBe(1);
  });

  it('never admits more than the limit into any window', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 5 }), (steps, limit) => {
        const window = new SlidingWindow();
        const admitted: number[] = [];
        let at = 0;
        for (const step of steps) {
          at += step;
          if (window.used(at, 50) >= limit) continue;
          window.count(at);
          admitted.push(at);
        }
        expect(maxInAnyWindow(admitted, 50)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 100 },
    );
  });
});

describe('maxInAnyWindow', () => {
  it('is the brute-force maximum', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 60 });
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 40 }), (all, windowMs) => {
        const inside = all.map((start) => all.filter((at) => at >= start && at < start + windowMs).length);
        expect(maxInAnyWindow(all, windowMs)).toBe(Math.max(0, ...inside));
      }),
      { numRuns: 200 },
    );
  });

  it('does not count moments exactly one window apart together', () => {
    expect(maxInAnyWindow([0, 10], 10)).toBe(1);
    expect(maxInAnyWindow([0, 9.999], 10)).toBe(2);
  });
});
