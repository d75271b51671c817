import { randomBytes, randomUUID } from 'node:crypto';
import { uploadName, type UploadRef } from '@kieq/domain';
import { StorageError, type FileStore } from '@kieq/storage';
import { expect, test } from 'vitest';
import { until, type PoolFixture } from '../../src/index.ts';
import { openPool } from './support.ts';

/** An image as the gateway keeps it for clients of Kie. */
async function keep(pool: PoolFixture, lifeMs: number): Promise<{ readonly token: string; readonly ref: UploadRef }> {
  const token = `up_${randomBytes(20).toString('hex')}`;
  const ref: UploadRef = { tenant: 'a', sha256: 'ab'.repeat(32), copy: randomUUID(), extension: 'png' };
  // In this order here, since the sweeper may come at once.
  await pool.uploads.put(uploadName(ref), Buffer.from('an image'), 'image/png');
  await pool.ledger.keptUploads.keep({ token, ref, charge: 10, quota: 1000, lifeMs });
  return { token, ref };
}

const isGone = (pool: PoolFixture, token: string): Promise<boolean> =>
  pool.ledger.keptUploads.read(token).then((upload) => upload === undefined);

test('uploads whose links have expired are removed by the sweeper, and no others', async (context) => {
  const pool = await openPool(context, 'expired-uploads');
  const old = await keep(pool, 1);
  const young = await keep(pool, 60_000);
  await until(() => isGone(pool, old.token), Boolean);
  expect(await pool.uploads.get(uploadName(old.ref))).toBeUndefined();
  expect(await pool.uploads.get(uploadName(young.ref))).toBeDefined();
  expect(await isGone(pool, young.token)).toBe(false);
  expect(await pool.redis.client.hgetall(`${pool.ledger.root}uploads:held`)).toEqual({ a: '10' });
});

test('an image that cannot be removed keeps its part of the quota until it can', async (context) => {
  const pool = await openPool(context, 'expired-uploads', { workers: 0 });
  const { token, ref } = await keep(pool, 1);
  let tries = 0;
  const stubborn: FileStore = {
    ...pool.uploads,
    remove: async (name) => {
      tries += 1;
      if (tries < 3) throw new StorageError('no');
      await pool.uploads.remove(name);
    },
  };
  await pool.addWorker({}, stubborn);
  await until(() => isGone(pool, token), Boolean);
  expect(tries).toBeGreaterThanOrEqual(3);
  expect(await pool.uploads.get(uploadName(ref))).toBeUndefined();
});
