import { mkdir, open, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_FILE_BYTES, openStore, StorageError } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const text = Buffer.from('text');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let root: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, 'store');
});
afterEach(() => folder.remove());

const openFolder = () => openStore({ kind: 'file', path: root });
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test('creates nothing before the first put', async () => {
  const store = openFolder();
  expect(store.place).toBe(pathToFileURL(root).href);
  await store.remove('a/b');
  await store.close();
  expect(await readdir(folder.path)).toEqual([]);
});

test('a folder that is not there is an error, not an absent file', async () => {
  await expect(openFolder().get('a/b')).rejects.toThrow(/cannot read a\/b: ENOENT/);
  await openFolder().put('a/c', text, 'text/plain');
  expect(await openFolder().get('a/b')).toBeUndefined();
});

test('files and folders are for their owner alone', async () => {
  await openFolder().put('a/b/c', text, 'text/plain');
  expect(await modeOf(join(root, 'a/b/c'))).toBe('600');
  for (const path of ['', 'a', 'a/b']) expect(await modeOf(join(root, path))).toBe('700');
});

test('remove takes empty folders away, up to the root', async () => {
  const store = openFolder();
  await store.put('a/b/c/1', text, 'text/plain');
  await store.put('a/2', text, 'text/plain');
  await store.remove('a/b/c/1');
  expect(await readdir(join(root, 'a'))).toEqual(['2']);
  await store.remove('a/2');
  expect(await readdir(root)).toEqual([]);
});

test.each(['put', 'putNew', 'link'] as const)(
  '%s and removals in one folder do not disturb each other',
  async (way) => {
    const store = openFolder();
    await store.put('source', text, 'text/plain');
    const write = (name: string): Promise<unknown> | undefined =>
      way === 'link' ? store.link?.('source', name) : store[way](name, text, 'text/plain');
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let round = 0; round < 100; round += 1) {
        await write(`a/b/${lane}`);
        expect(await store.get(`a/b/${lane}`)).toEqual(text);
        await store.remove(`a/b/${lane}`);
      }
    });
    await Promise.all(lanes);
    expect(await readdir(root)).toEqual(['source']);
  },
);

test('a reader sees a whole file, old or new, while others replace it', async () => {
  const store = openFolder();
  const versions = [1, 2, 3, 4].map((value) => Buffer.alloc(4_000_000, value));
  await store.put('a', Buffer.alloc(4_000_000, 1), 'text/plain');
  let writing = true;
  const writers = Promise.all(versions.map((bytes) => store.put('a', bytes, 'text/plain'))).finally(() => {
    writing = false;
  });
  while (writing) {
    const found = await store.get('a');
    expect(versions.some((bytes) => bytes.equals(found ?? Buffer.alloc(0)))).toBe(true);
  }
  await writers;
});

test('a put that fails leaves the earlier file and nothing of its own', async () => {
  const store = openFolder();
  await store.put('a/b', text, 'text/plain');
  // A folder cannot be replaced by a file, so the last step fails.
  const failure = await store.put('a', text, 'text/plain').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StorageError);
  expect(await readdir(root)).toEqual(['a']);
  expect(await store.get('a/b')).toEqual(text);
});

test('a store that does not work says where and why', async () => {
  await writeFile(root, 'a file in the place of the folder');
  const store = openFolder();
  const { place } = store;
  await expect(store.put('x', text, 'text/plain')).rejects.toThrow(`${place}: cannot write x: EEXIST`);
  await expect(store.get('x')).rejects.toThrow(`${place}: cannot read x: ENOTDIR`);
  await expect(store.remove('x')).rejects.toThrow(`${place}: cannot remove x: ENOTDIR`);
  await expect(store.get('x')).rejects.toMatchObject({ name: 'StorageError', cause: { code: 'ENOTDIR' } });
});

test('a file that is too large is not read', async () => {
  await mkdir(root);
  const file = await open(join(root, 'huge'), 'w');
  await file.truncate(MAX_FILE_BYTES + 1);
  await file.close();
  await expect(openFolder().get('huge')).rejects.toThrow(`huge has more than ${MAX_FILE_BYTES} bytes`);
});
