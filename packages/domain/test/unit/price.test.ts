import { knownPrice } from '@kieq/domain';
import { expect, test } from 'vitest';

const KLING = 'kling-2.6/image-to-video';

test.each([
  ['5', false, 55],
  ['5', true, 110],
  ['10', false, 110],
  ['10', true, 220],
])('%s s, sound %s: %i credits', (duration, sound, credits) => {
  expect(knownPrice(KLING, { duration, sound })).toBe(credits);
});

test('says nothing where the price was never seen', () => {
  expect(knownPrice(KLING, { duration: '15', sound: false })).toBeUndefined();
  expect(knownPrice(KLING, {})).toBeUndefined();
  expect(knownPrice('kling-3.0/image-to-video', { duration: '5', sound: false })).toBeUndefined();
});
