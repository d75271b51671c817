import { expect, it } from 'vitest';
import { rangeOf } from '../../src/range.ts';

it.each([
  ['bytes=0-3', { start: 0, end: 3 }],
  ['bytes=4-', { start: 4, end: 9 }],
  ['bytes=-2', { start: 8, end: 9 }],
  ['bytes=8-99', { start: 8, end: 9 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=5-4', 'unsatisfiable'],
  ['bytes=-', undefined],
  ['items=0-3', undefined],
  [undefined, undefined],
])('%s of 10 bytes', (header, range) => {
  expect(rangeOf(header, 10)).toEqual(range);
});
