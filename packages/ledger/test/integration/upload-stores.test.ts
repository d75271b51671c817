import { expect, test } from 'vitest';
import { openPool } from './fixture.ts';

const WEEKS_MS = 14 * 24 * 3_600_000;
const [A, B] = [
  { id: 'store_a', place: 'file:///a' },
  { id: 'store_b', place: 's3://b/c' },
];

test('a pool knows no store until one is used, and then each once, where it was used last', async () => {
  const { ledger } = await openPool('stores');
  expect(await ledger.uploadStores.used()).toEqual([]);
  await ledger.uploadStores.use(A);
  await ledger.uploadStores.use(B);
  await ledger.uploadStores.use({ ...A, place: 'file:///mnt/a' });
  expect(new Set(await ledger.uploadStores.used())).toEqual(new Set([{ ...A, place: 'file:///mnt/a' }, B]));
});

test('a store counts for two weeks after its last upload, and then it is forgotten', async () => {
  const { ledger, redis, root, now } = await openPool('stores');
  const old = { place: 'file:///old', at: (await now()) - WEEKS_MS - 1000 };
  await redis.hset(`${root}stores`, 'store_old', JSON.stringify(old));
  expect(await ledger.uploadStores.used()).toEqual([]);
  await ledger.uploadStores.use(A);
  expect(await redis.hkeys(`${root}stores`)).toEqual([A.id]);
  const lives = await redis.pttl(`${root}stores`);
  expect(lives).toBeGreaterThan(WEEKS_MS - 60_000);
  expect(lives).toBeLessThanOrEqual(WEEKS_MS);
});

test('what another version wrote there is neither read nor removed', async () => {
  const { ledger, redis, root } = await openPool('stores');
  await redis.hset(`${root}stores`, { x: 'no JSON', y: '{"place":1}' });
  await ledger.uploadStores.use(A);
  expect(await ledger.uploadStores.used()).toEqual([A]);
  expect(new Set(await redis.hkeys(`${root}stores`))).toEqual(new Set(['x', 'y', A.id]));
});
