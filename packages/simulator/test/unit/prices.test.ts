import { expect, it } from 'vitest';
import { priceOf } from '../../src/prices.ts';
import { KLING_MODEL } from '../../src/request.ts';

const list = { prices: { special: 7.5, free: 0 }, defaultPrice: 100 };

it.each([
  ['5', false, 55],
  ['5', true, 110],
  ['10', false, 110],
  ['10', true, 220],
  ['15', false, 165],
  ['80', true, 1760],
])('kling-2.6 for %s s with sound %s costs %i', (duration, sound, credits) => {
  expect(priceOf(KLING_MODEL, { duration, sound }, list)).toBe(credits);
});

it('takes listed prices first, also fractions and zero, then the default', () => {
  expect(priceOf('special', {}, list)).toBe(7.5);
  expect(priceOf('free', {}, list)).toBe(0);
  expect(priceOf('other', {}, list)).toBe(100);
  expect(priceOf(KLING_MODEL, {}, { prices: { [KLING_MODEL]: 1 }, defaultPrice: 100 })).toBe(1);
});
