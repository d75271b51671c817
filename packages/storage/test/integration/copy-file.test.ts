import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { copyFile, openStore, StorageError, type FileStore } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const COPYING = { from: 'tenant-a/x/1.png', to: 'tenant-a/x/2.png', contentType: 'image/png' };
const BYTES = Buffer.from('an image');

async function openFolder(): Promise<{ readonly store: FileStore; readonly path: string }> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  return { store: openStore({ kind: 'file', path: folder.path }), path: folder.path };
}

test('a folder gives the copy no room of its own, and each name can go without the other', async () => {
  const { store, path } = await openFolder();
  await store.put(COPYING.from, BYTES, 'image/png');
  expect(await copyFile(store, COPYING)).toBe(true);
  expect((await stat(join(path, COPYING.to))).nlink).toBe(2);
  await store.remove(COPYING.from);
  expect(await store.get(COPYING.to)).toEqual(BYTES);
  await store.put(COPYING.from, Buffer.from('another'), 'image/png');
  expect(await store.get(COPYING.to)).toEqual(BYTES);
});

test.each([
  ['has no links', undefined],
  ['has no links in this place', () => Promise.resolve(undefined)],
])('a store that %s reads and writes', async (_what, link) => {
  const { store } = await openFolder();
  const { link: _own, ...rest } = store;
  const bare: FileStore = { ...rest, ...(link === undefined ? {} : { link }) };
  await store.put(COPYING.from, BYTES, 'image/png');
  expect(await copyFile(bare, COPYING)).toBe(true);
  await store.remove(COPYING.from);
  expect(await store.get(COPYING.to)).toEqual(BYTES);
  expect(await copyFile(bare, { ...COPYING, to: 'other/3.png' })).toBe(false);
});

test('a file that is not there is not copied; a store that is not there fails', async () => {
  const { store } = await openFolder();
  await store.put('other.png', BYTES, 'image/png');
  expect(await copyFile(store, COPYING)).toBe(false);
  const gone = openStore({ kind: 'file', path: '/nowhere/at/all' });
  await expect(copyFile(gone, COPYING)).rejects.toThrow(StorageError);
});
