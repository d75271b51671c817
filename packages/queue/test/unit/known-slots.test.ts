import { expect, test } from 'vitest';
import { KnownSlots } from '../../src/loop/known-slots.ts';

function open() {
  let nowMs = 5;
  const slots = new KnownSlots(() => nowMs);
  return { slots, pass: (ms: number) => (nowMs += ms) };
}

test('before the first report there is no free slot', () => {
  expect(open().slots.any).toBe(false);
});

test('what a reply reported is used for 100 ms', () => {
  const { slots, pass } = open();
  slots.report(3);
  pass(99);
  expect(slots.any).toBe(true);
  pass(1);
  expect(slots.any).toBe(false);
  slots.report(1);
  expect(slots.any).toBe(true);
});

test('a reply without a free slot, or one that reported something else, ends it', () => {
  const { slots } = open();
  slots.report(3);
  slots.report(0);
  expect(slots.any).toBe(false);
  slots.report(3);
  slots.forget();
  expect(slots.any).toBe(false);
});

test('slots that were used without a report are counted', () => {
  const { slots } = open();
  slots.report(2);
  slots.spend();
  expect(slots.any).toBe(true);
  slots.spend();
  expect(slots.any).toBe(false);
  slots.report(Number.POSITIVE_INFINITY);
  slots.spend();
  expect(slots.any).toBe(true);
});

test('giving one away does not make the word younger', () => {
  const { slots, pass } = open();
  slots.report(9);
  pass(60);
  slots.spend();
  pass(60);
  expect(slots.any).toBe(false);
});
