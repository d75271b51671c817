import { describe, expect, it } from 'vitest';
import { draw, drawRange } from '../../src/distribution.ts';
import { mulberry32, streams } from '../../src/random.ts';

function sample(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next).toSorted((a, b) => a - b);
}

describe('draw', () => {
  it('lognormal: half below the median, spread by sigma', () => {
    const random = mulberry32(7);
    const drawn = sample(4000, () => draw({ kind: 'lognormal', medianMs: 1000, sigma: 0.5 }, random));
    expect(drawn[2000]).toBeGreaterThan(950);
    expect(drawn[2000]).toBeLessThan(1050);
    // One sigma above the median: 84 %.
    expect(Math.log((drawn[3365] ?? 0) / 1000)).toBeCloseTo(0.5, 1);
  });

  it('uniform and fixed stay within their bounds', () => {
    const random = mulberry32(7);
    const drawn = sample(1000, () => draw({ kind: 'uniform', minMs: 10, maxMs: 20 }, random));
    expect(drawn[0]).toBeGreaterThanOrEqual(10);
    expect(drawn[999]).toBeLessThan(20);
    expect(draw({ kind: 'fixed', ms: 0 }, random)).toBe(0);
    expect(drawRange({ minMs: 5, maxMs: 5 }, random)).toBe(5);
  });
});

describe('random', () => {
  it('repeats with the same seed and differs with another', () => {
    const first = sample(10, mulberry32(1));
    expect(sample(10, mulberry32(1))).toEqual(first);
    expect(sample(10, mulberry32(2))).not.toEqual(first);
  });

  it('has independent streams', () => {
    const one = streams(1);
    const other = streams(1);
    sample(100, one.latency);
    expect(one.generation()).toBe(other.generation());
  });
});
