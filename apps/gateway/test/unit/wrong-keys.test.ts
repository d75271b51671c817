import { expect, test } from 'vitest';
import { WrongKeys } from '../../src/wrong-keys.ts';

const STRONG = 'x'.repeat(24);

function slowed() {
  let nowMs = 0;
  const keys = new WrongKeys({ wrongKeys: 3, wrongKeyEveryMs: 2000, now: () => nowMs });
  return { keys, pass: (ms: number) => (nowMs += ms) };
}

test('an address may send some wrong keys at once, and then one per interval; others are not affected', () => {
  const { keys, pass } = slowed();
  const attempt = () => keys.wrong('1.2.3.4');
  expect([attempt(), attempt(), attempt(), attempt(), attempt()]).toEqual([undefined, undefined, undefined, 2, 2]);
  expect(keys.wrong('5.6.7.8')).toBeUndefined();
  pass(2000);
  expect([attempt(), attempt()]).toEqual([undefined, 2]);
  pass(3_600_000);
  expect([attempt(), attempt(), attempt(), attempt()]).toEqual([undefined, undefined, undefined, 2]);
});

test('a valid long key is never refused; a short one is throttled from a new address', () => {
  const { keys } = slowed();
  expect(keys.right('1.2.3.4', 'used', 'used')).toBeUndefined();
  for (let i = 0; i < 3; i += 1) keys.wrong('1.2.3.4');
  expect(keys.right('1.2.3.4', STRONG, 'strong')).toBeUndefined();
  expect(keys.right('1.2.3.4', 'used', 'used')).toBeUndefined();
  expect(keys.right('1.2.3.4', 'new', 'new')).toBe(2);
  expect(keys.right('5.6.7.8', 'new', 'new')).toBeUndefined();
});

test('the number of addresses is bounded, the oldest are dropped first', () => {
  const { keys } = slowed();
  for (let i = 0; i < 3; i += 1) keys.wrong('first');
  for (let i = 0; i < 9999; i += 1) keys.wrong(`other-${i}`);
  expect(keys.wrong('first')).toBe(2);
  for (let i = 0; i < 10_000; i += 1) keys.wrong(`more-${i}`);
  expect(keys.wrong('first')).toBeUndefined();
});
