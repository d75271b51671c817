import { expect, test } from 'vitest';
import { createPlaces } from '../../src/results/places.ts';

test('no more places are taken than there are, in all and by one name, and each is left once', () => {
  const places = createPlaces(3, 2);
  const [first, second] = [places.enter('a'), places.enter('a')];
  expect(second).toBeDefined();
  expect(places.enter('a')).toBeUndefined();
  const third = places.enter('b');
  expect(third).toBeDefined();
  expect(places.enter('c')).toBeUndefined();
  first?.();
  first?.();
  expect(places.enter('c')).toBeDefined();
  expect(places.enter('d')).toBeUndefined();
  second?.();
  third?.();
  expect([places.enter('a'), places.enter('a')]).not.toContain(undefined);
});
