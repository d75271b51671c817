import { expect, it } from 'vitest';
import { Guesses } from '../../src/door/guesses.ts';
import { SESSION_MS, Sessions } from '../../src/door/sessions.ts';

it('after ten wrong logins an address waits until the first is five minutes old; others do not', () => {
  let now = 0;
  const guesses = new Guesses(() => now);
  for (let i = 0; i < 10; i += 1) {
    expect(guesses.waitMs('10.0.0.1')).toBe(0);
    guesses.note('10.0.0.1');
    now += 1000;
  }
  expect(guesses.waitMs('10.0.0.1')).toBe(290_000);
  expect(guesses.waitMs('10.0.0.2')).toBe(0);
  now = 300_000;
  expect(guesses.waitMs('10.0.0.1')).toBe(0);
  guesses.note('10.0.0.1');
  expect(guesses.waitMs('10.0.0.1')).toBe(1000);
});

it('remembers ten thousand addresses at most', () => {
  const guesses = new Guesses(() => 0);
  for (let i = 0; i < 10; i += 1) guesses.note('first');
  for (let i = 0; i < 10_000; i += 1) guesses.note(`address ${i}`);
  expect(guesses.waitMs('first')).toBe(0);
});

it('a session ends by itself, or when it is told to, and its id cannot be guessed from another', () => {
  let now = 0;
  const sessions = new Sessions(() => now);
  const one = sessions.begin({ user: 'me', role: 'operator' });
  const other = sessions.begin({ user: 'you', role: 'viewer' });
  expect([sessions.find(one)?.role, sessions.find(other)?.role]).toEqual(['operator', 'viewer']);
  expect(Buffer.from(one, 'base64url')).toHaveLength(32);
  expect(sessions.find(`${one}x`)).toBeUndefined();
  sessions.end(one);
  expect(sessions.find(one)).toBeUndefined();
  now = SESSION_MS;
  expect(sessions.find(other)).toBeUndefined();
});

it('keeps a thousand sessions; the oldest gives way', () => {
  const sessions = new Sessions(() => 0);
  const first = sessions.begin({ user: 'me', role: 'operator' });
  for (let i = 0; i < 1000; i += 1) sessions.begin({ user: 'me', role: 'operator' });
  expect(sessions.find(first)).toBeUndefined();
});
