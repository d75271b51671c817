import { expect, test } from 'vitest';
import { KnownSlots } from '../../src/loop/known-slots.ts';

function open() {
  let nowMs = 5;
  const slots = new KnownSlots(() => nowMs);
  return { slots, pass: (ms: number) => (nowMs += ms) };
}

test('before anybody has told there is none', () => {
  expect(open().slots.any).toBe(false);
});

test('what a reply told is believed for 100 ms', () => {
  const { slots, pass } = open();
  slots.tell(3);
  pass(99);
  expect(slots.any).toBe(true);
  pass(1);
  expect(slots.any).toBe(false);
  slots.tell(1);
  expect(slots.any).toBe(true);
});

test('a reply without a place, or one that told something else, ends it', () => {
  const { slots } = open();
  slots.tell(3);
  slots.tell(0);
  expect(slots.any).toBe(false);
  slots.tell(3);
  slots.forget();
  expect(slots.any).toBe(false);
});

test('places that were given away untold are counted', () => {
  const { slots } = open();
  slots.tell(2);
  slots.spend();
  expect(slots.any).toBe(true);
  slots.spend();
  expect(slots.any).toBe(false);
  slots.tell(Number.POSITIVE_INFINITY);
  slots.spend();
  expect(slots.any).toBe(true);
});

test('giving one away does not make the word younger', () => {
  const { slots, pass } = open();
  slots.tell(9);
  pass(60);
  slots.spend();
  pass(60);
  expect(slots.any).toBe(false);
});
