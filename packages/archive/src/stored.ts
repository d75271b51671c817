import type { BlobStore } from '@kieq/storage';
import { measure, NotWanted } from './copy.ts';
import { MEDIA_KINDS, type MediaKind } from './media.ts';
import { resultBase, type ResultPlace } from './names.ts';
import type { SavedFile } from './save.ts';

/** The result as it stands in the store, of whatever kind; undefined where there is none. @throws StorageError */
export async function findStored(store: BlobStore, place: ResultPlace): Promise<SavedFile | undefined> {
  for (const kind of MEDIA_KINDS) {
    const found = await storedAs(store, `${resultBase(place)}.${kind.extension}`, kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A file of the store, checked and hashed as if it came by a link.
 * @returns undefined where there is none, or where somebody put something else there: it may be replaced
 * @throws StorageError
 */
export async function storedAs(store: BlobStore, name: string, kind: MediaKind): Promise<SavedFile | undefined> {
  if ((await store.stat(name)) === undefined) return undefined;
  const stream = await store.read(name);
  if (stream === undefined) return undefined;
  try {
    const { kind: found, bytes, sha256 } = await measure(stream, {}, Number.POSITIVE_INFINITY);
    if (found !== kind) return undefined;
    return { kind: 'saved', name, contentType: kind.contentType, bytes, sha256, wasThere: true };
  } catch (error) {
    if (error instanceof NotWanted) return undefined;
    throw error;
  } finally {
    stream.destroy();
  }
}
