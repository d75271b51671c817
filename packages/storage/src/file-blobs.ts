import type { Dirent, Stats } from 'node:fs';
import { access, open, readdir, rm, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BlobInfo, BlobStore } from './blob-store.ts';
import { draftPrefix, openFileDraft } from './file-draft.ts';
import { asStorageError, orNone } from './file-errors.ts';
import { createFileStore } from './file-store.ts';
import { removeEmptyFolders } from './folder.ts';
import { checkName } from './names.ts';

/** Large files in a folder, which is created with the first file; files have mode 0600, folders 0700. */
export function createFileBlobs(folder: string): BlobStore {
  const root = resolve(folder);
  const place = pathToFileURL(root).href;
  const call = <Value>(verb: string, name: string, action: (path: string) => Promise<Value>): Promise<Value> => {
    checkName(name);
    return asStorageError(place, `${verb} ${name}`, () => action(join(root, name)));
  };
  return {
    place,
    small: createFileStore(root),
    hasLinks: false,
    create: async (name, _contentType, owner) => {
      const draft = await call('write', name, (path) => openFileDraft(root, path, owner));
      const step = (action: () => Promise<void>): Promise<void> => call('write', name, action);
      return {
        write: (chunk) => step(() => draft.write(chunk)),
        commit: () => step(() => draft.commit()),
        abort: () => draft.abort(),
      };
    },
    stat: async (name) =>
      call('read', name, async (path) => {
        const found = await orNone(stat(path));
        // Without its folder the store is unavailable, perhaps a missing mount: the file does not count as gone.
        if (found === undefined) await access(root);
        return found === undefined ? undefined : infoOf(found);
      }),
    read: async (name, range) =>
      call('read', name, async (path) => {
        const file = await orNone(open(path, 'r'));
        if (file === undefined) await access(root);
        return file?.createReadStream(range);
      }),
    remove: async (name) =>
      call('remove', name, async (path) => {
        await orNone(unlink(path));
        await removeEmptyFolders(root, path);
      }),
    list: (under = '') => {
      if (under !== '') checkName(under);
      return listBelow(root, under, place);
    },
    clear: (owner) =>
      asStorageError(place, 'tidy up', async () => {
        await removeDrafts(root, (name) => name.startsWith(draftPrefix(owner)), Number.POSITIVE_INFINITY);
      }),
    clearOlderThan: (ms) =>
      asStorageError(place, 'tidy up', () => removeDrafts(root, (name) => name.startsWith('~'), Date.now() - ms)),
    pathOf: (name) => {
      checkName(name);
      return join(root, name);
    },
    link: async () => undefined,
    close: async () => {},
  };
}

function infoOf({ size, mtimeMs }: Stats): BlobInfo {
  return { bytes: size, modifiedAt: Math.floor(mtimeMs) };
}

async function* listBelow(root: string, under: string, place: string): AsyncGenerator<BlobInfo & { name: string }> {
  const entries = await asStorageError(place, 'list its files', () => entriesOf(join(root, under)));
  for (const entry of entries) {
    const name = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) yield* listBelow(root, name, place);
    else if (entry.isFile() && !(under === '' && entry.name.startsWith('~'))) {
      const found = await asStorageError(place, `read ${name}`, () => orNone(stat(join(root, name))));
      if (found !== undefined) yield { name, ...infoOf(found) };
    }
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return (await orNone(readdir(folder, { withFileTypes: true }))) ?? [];
}

/** @param begunBefore epoch ms of the last write */
async function removeDrafts(root: string, is: (name: string) => boolean, begunBefore: number): Promise<number> {
  let removed = 0;
  for (const { name } of await entriesOf(root)) {
    if (!is(name)) continue;
    const found = await orNone(stat(join(root, name)));
    if (found === undefined || found.mtimeMs > begunBefore) continue;
    await rm(join(root, name), { force: true });
    removed += 1;
  }
  return removed;
}
