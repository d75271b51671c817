import { expect, it } from 'vitest';
import { bar, countBar } from '../../src/text/paint.ts';

it.each([
  [0, '░░░░'],
  [0.5, '██░░'],
  [1, '████'],
  [7, '████'],
  [-1, '░░░░'],
])('a bar of %d', (share, text) => {
  expect(bar(share, 4)).toBe(text);
});

it('tells count, share, and the rest by the pace so far', () => {
  expect(countBar(200, 1000, 10_000)).toBe(`${bar(0.2)}  200/1000  20 %  about 40s left`);
  expect(countBar(999, 1000, 10_000)).toBe(`${bar(0.999)}  999/1000  99 %`);
  expect(countBar(0, 1000, 10_000)).toBe(`${bar(0)}  0/1000  0 %`);
  expect(countBar(0, 0, 0)).toBe(`${bar(1)}  0/0  100 %`);
});
