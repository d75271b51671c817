import { expect, test } from 'vitest';
import { KnownPlaces } from '../../src/loop/known-places.ts';

function open() {
  let nowMs = 5;
  const places = new KnownPlaces(() => nowMs);
  return { places, pass: (ms: number) => (nowMs += ms) };
}

test('before anybody has told there is none', () => {
  expect(open().places.any).toBe(false);
});

test('what a reply told is believed for 100 ms', () => {
  const { places, pass } = open();
  places.tell(3);
  pass(99);
  expect(places.any).toBe(true);
  pass(1);
  expect(places.any).toBe(false);
  places.tell(1);
  expect(places.any).toBe(true);
});

test('a reply without a place, or one that told something else, ends it', () => {
  const { places } = open();
  places.tell(3);
  places.tell(0);
  expect(places.any).toBe(false);
  places.tell(3);
  places.forget();
  expect(places.any).toBe(false);
});

test('places that were given away untold are counted', () => {
  const { places } = open();
  places.tell(2);
  places.spend();
  expect(places.any).toBe(true);
  places.spend();
  expect(places.any).toBe(false);
  places.tell(Number.POSITIVE_INFINITY);
  places.spend();
  expect(places.any).toBe(true);
});

test('giving one away does not make the word younger', () => {
  const { places, pass } = open();
  places.tell(9);
  pass(60);
  places.spend();
  pass(60);
  expect(places.any).toBe(false);
});
