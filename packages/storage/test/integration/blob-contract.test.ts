import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buffer } from 'node:stream/consumers';
import { openBlobStore, type BlobStore } from '../../src/index.ts';
import { stubAwsEnvironment } from '../support/aws-environment.ts';
import { BUCKET, startS3Server } from '../support/s3-server.ts';
import { listed } from '../support/listed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Opened = { readonly store: BlobStore; readonly end: () => Promise<void> };

let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(() => s3.stop());

async function inFolder(): Promise<Opened> {
  const folder = await temporaryFolder();
  return { store: openBlobStore({ kind: 'file', path: folder.path }), end: folder.remove };
}

async function inBucket(): Promise<Opened> {
  stubAwsEnvironment(s3.url);
  const prefix = `archive/${randomBytes(6).toString('hex')}`;
  return { store: openBlobStore({ kind: 's3', bucket: BUCKET, prefix }), end: async () => {} };
}

describe.each([
  ['a folder', inFolder],
  ['a bucket', inBucket],
])('large files in %s', (_title, open) => {
  let opened: Opened;
  let store: BlobStore;
  beforeEach(async () => {
    opened = await open();
    store = opened.store;
  });
  afterEach(async () => {
    await store.close();
    await opened.end();
    vi.unstubAllEnvs();
  });

  /** Writes this many bytes in pieces of odd sizes and gives their hash. */
  async function put(name: string, bytes: number): Promise<string> {
    const draft = await store.create(name, 'video/mp4', 'gen_1-1');
    const hash = createHash('sha256');
    for (let left = bytes; left > 0;) {
      const chunk = randomBytes(Math.min(left, 65_537));
      hash.update(chunk);
      await draft.write(chunk);
      left -= chunk.length;
    }
    await draft.commit();
    return hash.digest('hex');
  }

  const bytesOf = async (name: string, range?: { start: number; end: number }): Promise<Buffer | undefined> => {
    const stream = await store.read(name, range);
    return stream === undefined ? undefined : buffer(stream);
  };

  test.each([
    ['no byte', 0],
    ['a few', 10],
    ['more than two parts of an upload', 17 * 1024 * 1024 + 3],
  ])('gives back %s', async (_what, bytes) => {
    const sha256 = await put('t/2026-08-01/x.mp4', bytes);
    const found = (await bytesOf('t/2026-08-01/x.mp4')) ?? Buffer.from('none');
    expect(found.length).toBe(bytes);
    expect(createHash('sha256').update(found).digest('hex')).toBe(sha256);
    expect(await store.stat('t/2026-08-01/x.mp4')).toMatchObject({ bytes });
  });

  test('gives back a part', async () => {
    const draft = await store.create('x.mp4', 'video/mp4', 'o');
    await draft.write(Buffer.from('0123456789'));
    await draft.commit();
    expect(String(await bytesOf('x.mp4', { start: 3, end: 5 }))).toBe('345');
    expect(String(await bytesOf('x.mp4', { start: 9, end: 9 }))).toBe('9');
  });

  // @guarantee G3
  test('shows nothing of a file before it is committed, and nothing of one that is thrown away', async () => {
    const draft = await store.create('a/b.mp4', 'video/mp4', 'o');
    for (let i = 0; i < 12; i += 1) await draft.write(Buffer.alloc(1024 * 1024));
    expect(await store.stat('a/b.mp4')).toBeUndefined();
    expect(await bytesOf('a/b.mp4')).toBeUndefined();
    expect(await listed(store)).toEqual([]);
    await draft.abort();
    expect(await store.stat('a/b.mp4')).toBeUndefined();
    expect(await listed(store)).toEqual([]);
  });

  test('replaces, lists and removes', async () => {
    await put('t/1.mp4', 100);
    await put('t/1.mp4', 50);
    await put('u/deep/2.mp4', 7);
    const found = await listed(store);
    expect(found).toMatchObject([
      { name: 't/1.mp4', bytes: 50, modifiedAt: expect.any(Number) },
      { name: 'u/deep/2.mp4', bytes: 7 },
    ]);
    expect(Math.abs((found[0]?.modifiedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect((await listed(store, 'u')).map(({ name }) => name)).toEqual(['u/deep/2.mp4']);
    expect((await listed(store, 'u/deep')).map(({ name }) => name)).toEqual(['u/deep/2.mp4']);
    expect(await listed(store, 'u/de')).toEqual([]);
    await store.remove('t/1.mp4');
    await store.remove('t/1.mp4');
    expect(await store.stat('t/1.mp4')).toBeUndefined();
    expect(await store.stat('u/deep/2.mp4')).toBeDefined();
  });

  test('is there for others by its path or by a link, without a credential of theirs', async () => {
    await put('t/1.mp4', 100);
    const options = { validMs: 60_000, contentType: 'video/mp4', disposition: 'inline; filename="1.mp4"' };
    const path = store.pathOf('t/1.mp4');
    const link = await store.link('t/1.mp4', options);
    expect([path === undefined, link === undefined]).toContainEqual(true);
    if (path !== undefined) expect((await readFile(path)).length).toBe(100);
    if (link !== undefined) {
      const answer = await fetch(link, { headers: { range: 'bytes=10-19' } });
      expect([answer.status, answer.headers.get('content-disposition')]).toEqual([206, options.disposition]);
      expect((await answer.arrayBuffer()).byteLength).toBe(10);
      expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe('60');
    }
  });

  test('refuses a bad name in every call', async () => {
    for (const name of ['../x', '/x', 'a//b', '..', '~x']) {
      await expect(store.create(name, 'video/mp4', 'o')).rejects.toThrow(RangeError);
      await expect(store.stat(name)).rejects.toThrow(RangeError);
      await expect(store.read(name)).rejects.toThrow(RangeError);
      await expect(store.remove(name)).rejects.toThrow(RangeError);
    }
  });
});
