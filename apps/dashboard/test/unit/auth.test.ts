import { expect, it } from 'vitest';
import { SESSION_MS, Sessions } from '../../src/auth/sessions.ts';

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
