import { expect, it } from 'vitest';
import { loginCheck } from '../../src/auth/login.ts';

const roleOf = loginCheck([
  { user: 'operator', password: 'pässword:with colon', role: 'operator' },
  { user: 'guest', password: 'only looking', role: 'viewer' },
]);

it('tells who has come', () => {
  expect(roleOf('operator', 'pässword:with colon')).toBe('operator');
  expect(roleOf('guest', 'only looking')).toBe('viewer');
});

it.each([
  ['operator', 'wrong'],
  ['operator', ''],
  ['operator', 'only looking'],
  ['guest', 'pässword:with colon'],
  ['operator', 'pässword:with colon '],
  ['other', 'pässword:with colon'],
  ['', ''],
  ['operator', 'x'.repeat(100_000)],
])('refuses %j with another password or user, of any length', (user, password) => {
  expect(roleOf(user, password)).toBeUndefined();
});

it('does not mistake a part of the user for a part of the password', () => {
  expect(loginCheck([{ user: 'ab', password: 'c', role: 'operator' }])('a', 'bc')).toBeUndefined();
});
