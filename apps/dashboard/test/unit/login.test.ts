import { expect, it } from 'vitest';
import { loginCheck } from '../../src/login.ts';

const isRight = loginCheck({ user: 'operator', password: 'pässword:with colon' });

it('accepts the login', () => {
  expect(isRight('operator', 'pässword:with colon')).toBe(true);
});

it.each([
  ['operator', 'wrong'],
  ['operator', ''],
  ['operator', 'pässword:with colon '],
  ['other', 'pässword:with colon'],
  ['', ''],
  ['operator', 'x'.repeat(100_000)],
])('refuses %j with another password or user, of any length', (user, password) => {
  expect(isRight(user, password)).toBe(false);
});

it('does not mistake a part of the user for a part of the password', () => {
  expect(loginCheck({ user: 'ab', password: 'c' })('a', 'bc')).toBe(false);
});
