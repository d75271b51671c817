import { randomBytes, randomUUID } from 'node:crypto';
import type { KeepReply, Ledger } from '@kieq/ledger';
import { expect, test } from 'vitest';
import { openPool } from './fixture.ts';

const DAY_MS = 86_400_000;
const newToken = (): string => `up_${randomBytes(20).toString('hex')}`;

function keep(ledger: Ledger, tenant: string, change: object = {}, token = newToken()): Promise<KeepReply> {
  const ref = { tenant, sha256: 'ab'.repeat(32), copy: randomUUID(), extension: 'png' } as const;
  return ledger.keptUploads.keep({ token, ref, charge: 10, quota: 100, lifeMs: DAY_MS, ...change });
}

test('an upload is known by its token, and until when', async () => {
  const { ledger, now } = await openPool('kept');
  const token = newToken();
  const reply = await keep(ledger, 'a', {}, token);
  const upload = await ledger.keptUploads.read(token);
  expect(upload).toMatchObject({ token, tenant: 'a', extension: 'png', charge: 10 });
  expect(reply).toEqual({ kind: 'kept', keptAt: upload?.keptAt, expiresAt: (upload?.keptAt ?? 0) + DAY_MS });
  expect(Math.abs((await now()) - (upload?.keptAt ?? 0))).toBeLessThan(5000);
});

test.each(['', 'x', 'up_', `up_${'0'.repeat(40)}`, `up_${'0'.repeat(39)}*`, 'uploads', '../config'])(
  'the token %j names nothing',
  async (token) => {
    const { ledger } = await openPool('kept');
    expect(await ledger.keptUploads.read(token)).toBeUndefined();
    await ledger.keptUploads.drop(token);
  },
);

test('uploads at the same moment never exceed the quota of their tenant, and other tenants have their own', async () => {
  const { ledger, another, redis, root } = await openPool('kept');
  const ledgers = [ledger, await another()];
  const replies = await Promise.all(Array.from({ length: 40 }, (_, i) => keep(ledgers[i % 2] ?? ledger, 'a')));
  expect(replies.filter(({ kind }) => kind === 'kept')).toHaveLength(10);
  expect(replies.find(({ kind }) => kind === 'full')).toEqual({ kind: 'full', held: 100 });
  expect(await keep(ledger, 'b')).toMatchObject({ kind: 'kept' });
  expect(await redis.hgetall(`${root}uploads:held`)).toEqual({ a: '100', b: '10' });
});

test('what is dropped gives back its part of the quota once, and leaves nothing', async () => {
  const { ledger, redis, root } = await openPool('kept');
  const tokens = [newToken(), newToken()];
  for (const token of tokens) await keep(ledger, 'a', { charge: 50 }, token);
  expect(await keep(ledger, 'a', { charge: 1 })).toMatchObject({ kind: 'full' });
  await Promise.all(Array.from({ length: 5 }, () => ledger.keptUploads.drop(tokens[0] ?? '')));
  expect(await redis.hgetall(`${root}uploads:held`)).toEqual({ a: '50' });
  await ledger.keptUploads.drop(tokens[1] ?? '');
  expect(await redis.keys(`${root}upload*`)).toEqual([]);
});

test('those that have expired come, the oldest first, also tokens whose record is lost', async () => {
  const { ledger, redis, root, now } = await openPool('kept');
  const [old, older, lost, young] = [newToken(), newToken(), newToken(), newToken()];
  await keep(ledger, 'a', { lifeMs: 2 }, old);
  await keep(ledger, 'a', { lifeMs: 1 }, older);
  await keep(ledger, 'a', {}, young);
  await redis.zadd(`${root}uploads`, 1, lost, (await now()) - 9, older);
  const found = await ledger.keptUploads.expired((await now()) + 1000, 10);
  expect(found.map(({ token }) => token)).toEqual([lost, older, old]);
  expect(found.map(({ upload }) => upload?.token)).toEqual([undefined, older, old]);
  expect(await ledger.keptUploads.expired(await now(), 1)).toHaveLength(1);
});
