import { expect, test } from 'vitest';
import { createSlots } from '../../src/results/slots.ts';

test('no more places are taken than there are, in all and by one name, and each is left once', () => {
  const places = createSlots(3, 2, 3);
  const [first, second] = [places.enter('a', 'shop'), places.enter('a', 'shop')];
  expect(second).toBeDefined();
  expect(places.enter('a', 'shop')).toBeUndefined();
  const third = places.enter('b', 'shop');
  expect(third).toBeDefined();
  expect(places.enter('c', 'shop')).toBeUndefined();
  first?.();
  first?.();
  expect(places.enter('c', 'shop')).toBeDefined();
  expect(places.enter('d', 'shop')).toBeUndefined();
  second?.();
  third?.();
  expect([places.enter('a', 'shop'), places.enter('a', 'shop')]).not.toContain(undefined);
});

test('one tenant does not take all places, by however many links', () => {
  const places = createSlots(4, 4, 2);
  const [first] = [places.enter('a', 'shop'), places.enter('b', 'shop')];
  expect(places.enter('c', 'shop')).toBeUndefined();
  expect(places.enter('d', 'other')).toBeDefined();
  first?.();
  expect(places.enter('c', 'shop')).toBeDefined();
});
