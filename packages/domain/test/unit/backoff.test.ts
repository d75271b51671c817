import { backoffMs } from '@kieq/domain';
import { describe, expect, test } from 'vitest';

const POLICY = { baseMs: 100, capMs: 1000 };
const least = (): number => 0;
const most = (): number => 1 - Number.EPSILON;

describe('backoffMs', () => {
  test('doubles with every try until the cap', () => {
    expect([1, 2, 3, 4, 5, 6].map((tries) => backoffMs(POLICY, tries, most))).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  test('caps first and jitters afterwards, so that those at the cap do not wake together', () => {
    const atCap = [0, 0.25, 0.5, 0.75].map((chance) => backoffMs(POLICY, 20, () => chance));
    expect(new Set(atCap).size).toBe(4);
    expect(Math.min(...atCap)).toBe(500);
    expect(Math.max(...atCap)).toBeLessThanOrEqual(1000);
  });

  test.each([
    [0, 50],
    [-3, 50],
    [10_000, 500],
  ])('stays within bounds for %i tries', (tries, expected) => {
    expect(backoffMs(POLICY, tries, least)).toBe(expected);
  });

  test('answers whole ms', () => {
    expect(backoffMs({ baseMs: 3, capMs: 1000 }, 1, () => 0.1)).toBe(2);
  });
});
