import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_FILE_BYTES, openStore, type FileStore } from '../../src/index.ts';
import { stubAwsEnvironment } from '../support/aws-environment.ts';
import { BUCKET, startS3Server } from '../support/s3-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Opened = { readonly store: FileStore; readonly end: () => Promise<void> };

let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(() => s3.stop());

async function inFolder(): Promise<Opened> {
  const folder = await temporaryFolder();
  return { store: openStore({ kind: 'file', path: folder.path }), end: folder.remove };
}

async function inBucket(prefix: string): Promise<Opened> {
  stubAwsEnvironment(s3.url);
  return { store: openStore({ kind: 's3', bucket: BUCKET, prefix }), end: async () => {} };
}

const stores = [
  ['a folder', inFolder],
  ['a bucket', () => inBucket('')],
  ['a prefix of a bucket', () => inBucket('some/prefix')],
] as const;

describe.each(stores)('%s', (_title, open) => {
  let opened: Opened;
  let store: FileStore;
  /** The tests of one bucket share it. */
  let own: string;
  beforeEach(async () => {
    opened = await open();
    store = opened.store;
    own = randomBytes(6).toString('hex');
  });
  afterEach(async () => {
    await store.close();
    await opened.end();
    vi.unstubAllEnvs();
  });

  test.each([
    ['no byte', Buffer.alloc(0)],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['3 MB', randomBytes(3_000_000)],
  ])('gives back %s as it was put', async (_what, bytes) => {
    await store.put(`${own}/x.png`, bytes, 'image/png');
    const found = await store.get(`${own}/x.png`);
    expect(found).toBeInstanceOf(Uint8Array);
    expect(bytes.equals(found ?? Buffer.from('none'))).toBe(true);
  });

  test('has nothing under a name that was never put', async () => {
    expect(await store.get(`${own}/none`)).toBeUndefined();
    await store.put(`${own}/a`, Buffer.from('a'), 'text/plain');
    expect(await store.get(`${own}/a2`)).toBeUndefined();
    await store.remove(`${own}/none`);
    await store.remove(`${own}/deeper/none`);
  });

  test('replaces a file by a shorter one', async () => {
    await store.put(own, Buffer.from('a long text'), 'text/plain');
    await store.put(own, Buffer.from('short'), 'text/plain');
    expect(String(await store.get(own))).toBe(String(Buffer.from('short')));
  });

  test('writes a new file only where there is none', async () => {
    expect(await store.putNew(`${own}/x`, Buffer.from('first'), 'text/plain')).toBe(true);
    expect(await store.putNew(`${own}/x`, Buffer.from('second'), 'text/plain')).toBe(false);
    expect(String(await store.get(`${own}/x`))).toBe(String(Buffer.from('first')));
    await expect(store.putNew(`${own}/../x`, Buffer.from('x'), 'text/plain')).rejects.toThrow(RangeError);
    await expect(store.putNew(own, Buffer.alloc(MAX_FILE_BYTES + 1), 'text/plain')).rejects.toThrow(RangeError);
  });

  test('removes one file and leaves its neighbours', async () => {
    for (const name of ['t/1', 't/2', 'u/1']) await store.put(`${own}/${name}`, Buffer.from(name), 'text/plain');
    await store.remove(`${own}/t/1`);
    expect(await store.get(`${own}/t/1`)).toBeUndefined();
    expect(await store.get(`${own}/t/2`)).toEqual(Buffer.from('t/2'));
    expect(await store.get(`${own}/u/1`)).toEqual(Buffer.from('u/1'));
    await store.remove(`${own}/t/1`);
  });

  test('refuses a bad name in every call, and a file that is too large', async () => {
    const name = `${own}/../../x`;
    await expect(store.put(name, Buffer.from('x'), 'text/plain')).rejects.toThrow(RangeError);
    await expect(store.get(name)).rejects.toThrow(RangeError);
    await expect(store.remove(name)).rejects.toThrow(RangeError);
    await expect(store.put(own, Buffer.alloc(MAX_FILE_BYTES + 1), 'text/plain')).rejects.toThrow(RangeError);
    expect(await store.get(own)).toBeUndefined();
  });
});
