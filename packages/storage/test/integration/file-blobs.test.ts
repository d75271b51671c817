import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBlobStore, StorageError, type BlobStore } from '../../src/index.ts';
import { listed } from '../support/listed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let root: string;
let store: BlobStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, 'archive');
  store = openBlobStore({ kind: 'file', path: root });
});
afterEach(() => folder.remove());

const names = () => readdir(root);
const filesBelow = async () => (await readdir(root, { recursive: true })).filter((name) => name.includes('.mp4'));

test('a file that is written is `~…` in the root, for its owner alone, until it has its name', async () => {
  const draft = await store.create('t/x.mp4', 'video/mp4', 'gen_a-1');
  await draft.write(Buffer.from('half'));
  const [temporary = ''] = await names();
  expect(temporary).toMatch(/^~gen_a-1~[\da-f-]{36}$/);
  expect((await stat(join(root, temporary))).mode & 0o777).toBe(0o600);
  await draft.commit();
  expect(await names()).toEqual(['t']);
  expect(await filesBelow()).toEqual(['t/x.mp4']);
});

test('what a killed process left of an owner is cleared, and the file of a slower one fails without a trace', async () => {
  const dead = await store.create('t/x.mp4', 'video/mp4', 'gen_a-1');
  const other = await store.create('t/y.mp4', 'video/mp4', 'gen_a-11');
  await dead.write(Buffer.from('x'));
  await store.clear('gen_a-1');
  expect(await names()).toEqual([expect.stringMatching(/^~gen_a-11~/)]);
  await expect(dead.commit()).rejects.toThrow(StorageError);
  expect(await filesBelow()).toEqual([]);
  await other.abort();
});

test('leftovers go by their age; files and what is young stay', async () => {
  await (await store.create('t/x.mp4', 'video/mp4', 'o')).commit();
  const young = await store.create('t/young.mp4', 'video/mp4', 'young');
  await writeFile(join(root, '~old~1'), 'x');
  await utimes(join(root, '~old~1'), new Date(0), new Date(0));
  await utimes(join(root, 't/x.mp4'), new Date(0), new Date(0));
  expect(await store.clearOlderThan(3_600_000)).toBe(1);
  expect(await names()).toHaveLength(2);
  await young.commit();
  expect((await filesBelow()).toSorted()).toEqual(['t/x.mp4', 't/young.mp4']);
});

test('a disk that takes no more is a StorageError, and nothing is left', async () => {
  const draft = await store.create('t/x.mp4', 'video/mp4', 'o');
  // A file that is closed under the writer takes no bytes, as a full disk does.
  await rm(root, { recursive: true });
  await writeFile(root, 'no folder');
  await draft.write(Buffer.from('x'));
  await expect(draft.commit()).rejects.toThrow(/^file:.*cannot write t\/x\.mp4: E/);
  await draft.abort();
});

test('a folder that is not there is an error, not an absent file', async () => {
  await expect(store.stat('a/b')).rejects.toThrow(/cannot read a\/b: ENOENT/);
  await expect(store.read('a/b')).rejects.toThrow(/cannot read a\/b: ENOENT/);
  expect(await listed(store)).toEqual([]);
});

test('a stored file can be handed to another program', async () => {
  await (await store.create('t/x.mp4', 'video/mp4', 'o')).commit();
  expect((await stat(store.pathOf('t/x.mp4') ?? '')).size).toBe(0);
});
