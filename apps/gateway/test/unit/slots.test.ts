import { expect, test } from 'vitest';
import { createSlots } from '../../src/results/slots.ts';

test('no more slots are taken than exist, in total and by one name, and each is released once', () => {
  const slots = createSlots(3, 2, 3);
  const [first, second] = [slots.enter('a', 'shop'), slots.enter('a', 'shop')];
  expect(second).toBeDefined();
  expect(slots.enter('a', 'shop')).toBeUndefined();
  const third = slots.enter('b', 'shop');
  expect(third).toBeDefined();
  expect(slots.enter('c', 'shop')).toBeUndefined();
  first?.();
  first?.();
  expect(slots.enter('c', 'shop')).toBeDefined();
  expect(slots.enter('d', 'shop')).toBeUndefined();
  second?.();
  third?.();
  expect([slots.enter('a', 'shop'), slots.enter('a', 'shop')]).not.toContain(undefined);
});

test('one tenant does not take all slots, with any number of links', () => {
  const slots = createSlots(4, 4, 2);
  const [first] = [slots.enter('a', 'shop'), slots.enter('b', 'shop')];
  expect(slots.enter('c', 'shop')).toBeUndefined();
  expect(slots.enter('d', 'other')).toBeDefined();
  first?.();
  expect(slots.enter('c', 'shop')).toBeDefined();
});
