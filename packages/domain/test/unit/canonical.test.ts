import { canonicalJson } from '@kieq/domain';
import { expect, test } from 'vitest';

test('the order of members does not matter, at any depth', () => {
  const one = { model: 'm', input: { sound: false, image_urls: ['a', 'b'], nested: [{ y: 1, x: 2 }] } };
  const other = { input: { nested: [{ x: 2, y: 1 }], image_urls: ['a', 'b'], sound: false }, model: 'm' };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
});

test('the order of a list does matter', () => {
  expect(canonicalJson(['a', 'b'])).not.toBe(canonicalJson(['b', 'a']));
});

test('0, false, the empty text and null are values; undefined is not', () => {
  expect(canonicalJson({ b: 0, a: false, d: '', c: null, e: undefined })).toBe('{"a":false,"b":0,"c":null,"d":""}');
});

test('text that is no object stays JSON', () => {
  expect([canonicalJson('x'), canonicalJson(1.5), canonicalJson(null), canonicalJson(undefined)]).toEqual([
    '"x"',
    '1.5',
    'null',
    'null',
  ]);
});

test('a member named __proto__ is a member', () => {
  expect(canonicalJson(JSON.parse('{"b":1,"__proto__":2}'))).toBe('{"__proto__":2,"b":1}');
});
