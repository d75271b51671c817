import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ensureStoreId, openStore, STORE_MARKER, storeIdOf, StorageError } from '../../src/index.ts';
import { stubAwsEnvironment } from '../support/aws-environment.ts';
import { BUCKET, startS3Server } from '../support/s3-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const ends: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  ends.push(folder.remove);
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  vi.unstubAllEnvs();
});

const openFolder = (name = 'store') => openStore({ kind: 'file', path: join(folder.path, name) });

async function openBucket() {
  const server = await startS3Server();
  ends.push(server.stop);
  stubAwsEnvironment(server.url);
  return openStore({ kind: 's3', bucket: BUCKET, prefix: 'uploads' });
}

describe.each([
  ['a folder', () => Promise.resolve(openFolder())],
  ['a bucket', openBucket],
])('%s', (_what, open) => {
  test('has no id until it is given one, which stays', async () => {
    const store = await open();
    await store.put('a/b', Buffer.from('x'), 'text/plain');
    expect(await storeIdOf(store)).toBeUndefined();
    const id = await ensureStoreId(store);
    expect(id).toMatch(/^store_[0-9a-f]{32}$/);
    expect([await storeIdOf(store), await ensureStoreId(store)]).toEqual([id, id]);
  });

  test('whose marker is something else gets an id', async () => {
    const store = await open();
    await store.put(STORE_MARKER, Buffer.from('store_'), 'text/plain');
    expect(await storeIdOf(store)).toBeUndefined();
    const id = await ensureStoreId(store);
    expect(await storeIdOf(store)).toBe(id);
  });
});

test('many who give a folder its id at the same moment have one answer, and leave nothing but the marker', async () => {
  const ids = await Promise.all(Array.from({ length: 32 }, () => ensureStoreId(openFolder())));
  expect(new Set(ids).size).toBe(1);
  expect(await readdir(join(folder.path, 'store'))).toEqual([STORE_MARKER]);
  expect(await ensureStoreId(openFolder('other'))).not.toBe(ids[0]);
});

test('a folder that is not there has no id that could be read, and gets one with the folder', async () => {
  await expect(storeIdOf(openFolder())).rejects.toThrow(StorageError);
  expect(await ensureStoreId(openFolder())).toMatch(/^store_/);
});
