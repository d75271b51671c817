import { expect, test } from 'vitest';
import { openPool } from './fixture.ts';

const [A, B] = ['store_a', 'store_b'];

test('a pool has no links until there are a key, a public URL and a reader', async () => {
  const { ledger, now } = await openPool('links');
  const basis = await ledger.archiveLinks.basis();
  expect(basis).toEqual({
    nowMs: expect.any(Number),
    key: undefined,
    publicUrl: undefined,
    readers: new Set(),
    wantsKie: false,
  });
  expect(Math.abs(basis.nowMs - (await now()))).toBeLessThan(5000);
});

test('there is one key, however many ask at once; a lost one is replaced', async () => {
  const { ledger, redis, root } = await openPool('links');
  const keys = await Promise.all(Array.from({ length: 5 }, () => ledger.archiveLinks.ensureKey()));
  expect(new Set(keys).size).toBe(1);
  expect(Buffer.from(keys[0] ?? '', 'base64url')).toHaveLength(32);
  expect((await ledger.archiveLinks.basis()).key).toBe(keys[0]);
  await redis.del(`${root}link:key`);
  expect(await ledger.archiveLinks.ensureKey()).not.toBe(keys[0]);
  await redis.set(`${root}link:key`, '');
  expect((await ledger.archiveLinks.basis()).key).toBeUndefined();
  expect(await ledger.archiveLinks.ensureKey()).toMatch(/^[\w-]{43}$/);
});

test('a reader counts for a minute and a half after it has said so', async () => {
  const { ledger, redis, root, now } = await openPool('links');
  await redis.hset(`${root}readers`, { [B]: (await now()) - 91_000, x: 'no number' });
  expect((await ledger.archiveLinks.basis()).readers).toEqual(new Set());
  await ledger.archiveLinks.announceReader(A);
  expect((await ledger.archiveLinks.basis()).readers).toEqual(new Set([A]));
  expect(await redis.hkeys(`${root}readers`)).toEqual([A]);
  expect(await redis.pttl(`${root}readers`)).toBeLessThanOrEqual(90_000);
});

test('PUBLIC_URL is that of the worker that started last; others keep their own from expiring alone', async () => {
  const { ledger, redis, root } = await openPool('links');
  const { archiveLinks } = ledger;
  expect(await archiveLinks.keepPublicUrl('https://a')).toBe('https://a');
  await archiveLinks.usePublicUrl('https://b');
  expect(await archiveLinks.keepPublicUrl('https://a')).toBe('https://b');
  expect((await archiveLinks.basis()).publicUrl).toBe('https://b');
  await redis.pexpire(`${root}link:url`, 60_000);
  await archiveLinks.keepPublicUrl('https://a');
  expect(await redis.pttl(`${root}link:url`)).toBeLessThanOrEqual(60_000);
  await archiveLinks.keepPublicUrl('https://b');
  expect(await redis.pttl(`${root}link:url`)).toBeGreaterThan(6 * 24 * 3_600_000);
});

test("the pool's setting takes effect at once", async () => {
  const { ledger } = await openPool('links');
  await ledger.settings.overwrite({ resultLinks: 'kie' });
  expect((await ledger.archiveLinks.basis()).wantsKie).toBe(true);
  await ledger.settings.overwrite({ resultLinks: 'archive' });
  expect((await ledger.archiveLinks.basis()).wantsKie).toBe(false);
});
