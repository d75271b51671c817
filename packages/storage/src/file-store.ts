import { access, open, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collect, tooLarge } from './collect.ts';
import { asStorageError, orNone } from './file-errors.ts';
import { linkFile, removeEmptyFolders, writeFileWhole, writeNewFile } from './folder.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { checkName, checkSize } from './names.ts';
import type { FileStore } from './store.ts';

/** A store in a folder, which is created at the first put; files have mode 0600, folders 0700. */
export function createFileStore(path: string): FileStore {
  const root = resolve(path);
  const place = pathToFileURL(root).href;
  return {
    place,
    put: async (name, bytes) => {
      checkName(name);
      checkSize(bytes);
      await asStorageError(place, `write ${name}`, () => writeFileWhole(root, join(root, name), bytes));
    },
    putNew: async (name, bytes) => {
      checkName(name);
      checkSize(bytes);
      return asStorageError(place, `write ${name}`, () => writeNewFile(root, join(root, name), bytes));
    },
    get: async (name) => {
      checkName(name);
      return asStorageError(place, `read ${name}`, async () => {
        const bytes = await readWhole(join(root, name), `${place}: ${name}`);
        // Without its folder the store is unavailable, perhaps a missing mount: the file does not count as gone.
        if (bytes === undefined) await access(root);
        return bytes;
      });
    },
    link: async (from, to) => {
      checkName(from);
      checkName(to);
      return asStorageError(place, `link ${from}`, async () => {
        const isLinked = await linkFile(root, join(root, from), join(root, to));
        if (isLinked === false) await access(root);
        return isLinked;
      });
    },
    remove: async (name) => {
      checkName(name);
      await asStorageError(place, `remove ${name}`, async () => {
        await orNone(unlink(join(root, name)));
        await removeEmptyFolders(root, join(root, name));
      });
    },
    close: async () => {},
  };
}

async function readWhole(path: string, what: string): Promise<Uint8Array | undefined> {
  const file = await orNone(open(path, 'r'));
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) throw tooLarge(what);
    return await collect(file.createReadStream({ autoClose: false }), what);
  } finally {
    await file.close();
  }
}
