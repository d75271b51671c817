import { expect, test } from 'vitest';
import { openPool, RETRY } from './fixture.ts';
import { callback } from './placed.ts';

test('a pool takes callbacks once a process has announced them', async () => {
  const { ledger, redis, root } = await openPool('door');
  expect(await ledger.callbackAuth.isOpen()).toBe(false);
  await ledger.callbackAuth.open('https://kieq.example');
  expect(await ledger.callbackAuth.isOpen()).toBe(true);
  expect(await redis.hget(`${root}callbacks`, 'publicUrl')).toBe('https://kieq.example');
});

test('a pool whose workers cannot announce them takes them once it has taken some', async () => {
  const pool = await openPool('door');
  const id = await pool.create();
  await pool.admit(id, 'token');
  expect(await pool.ledger.callbackAuth.isOpen()).toBe(false);
  expect(await callback(pool, id, 'token', 'task')).toMatchObject({ kind: 'claimed' });
  expect(await pool.ledger.callbackAuth.isOpen()).toBe(true);
});

test('the token of each attempt is known, and no other one, and none of a generation that does not exist', async () => {
  const pool = await openPool('door');
  const { knows } = pool.ledger.callbackAuth;
  const id = await pool.create();
  expect(await knows(id, 'first')).toBe(false);
  await pool.admit(id, 'first');
  await pool.refuse(id, 'first', RETRY);
  expect(await pool.admit(id, 'second')).toMatchObject({ kind: 'admitted' });
  for (const token of ['first', 'second']) expect([token, await knows(id, token)]).toEqual([token, true]);
  for (const token of ['', 'third', 'firs', 'first ']) expect([token, await knows(id, token)]).toEqual([token, false]);
  expect(await knows('gen_nobody00000', 'first')).toBe(false);
});
