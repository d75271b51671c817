import type { BlobStore } from '@kieq/storage';
import { measure, NotWanted } from './copy.ts';
import { MEDIA_KINDS, type MediaKind } from './media.ts';
import { resultBase, type ResultKey } from './names.ts';
import { isBorne, type Bearing } from './bearing.ts';

/** A saved result. */
export interface SavedFile {
  readonly kind: 'saved';
  /** Name in the archive. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
  /** Whether it existed already, from a try that was killed before it could report. */
  readonly wasThere: boolean;
  /** What is doubtful about the file, for operators; it is kept even so. */
  readonly warning?: string;
}

/** The result as it is in the store, of any kind; undefined where there is none. @throws StorageError */
export async function findStored(store: BlobStore, place: ResultKey): Promise<SavedFile | undefined> {
  for (const kind of MEDIA_KINDS) {
    // It has its name because an earlier try accepted it; now there is nothing better.
    const found = await storedAs(store, `${resultBase(place)}.${kind.extension}`, 'anything');
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The result as a file of this kind, also as one stored by a worker that did not know the kind. @throws StorageError
 */
export async function findStoredKind(
  store: BlobStore,
  place: ResultKey,
  { extension, formerExtension }: MediaKind,
  bearing: Bearing,
): Promise<SavedFile | undefined> {
  for (const name of [extension, formerExtension]) {
    const found = name === undefined ? undefined : await storedAs(store, `${resultBase(place)}.${name}`, bearing);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A file of the store, checked and hashed like a download.
 * @returns undefined where there is none, or where another file has this name: it may be replaced
 * @throws StorageError
 */
async function storedAs(store: BlobStore, name: string, bearing: Bearing): Promise<SavedFile | undefined> {
  if ((await store.stat(name)) === undefined) return undefined;
  const stream = await store.read(name);
  if (stream === undefined) return undefined;
  try {
    const { kind, bytes, sha256, doubt } = await measure(stream, {}, Number.POSITIVE_INFINITY);
    if (!isNamedFor(name, kind) || !isBorne(doubt, bearing, true)) return undefined;
    const warning = doubt === undefined ? {} : { warning: doubt.reason };
    return { kind: 'saved', name, contentType: kind.contentType, bytes, sha256, wasThere: true, ...warning };
  } catch (error) {
    if (error instanceof NotWanted) return undefined;
    throw error;
  } finally {
    stream.destroy();
  }
}

function isNamedFor(name: string, { extension, formerExtension }: MediaKind): boolean {
  return [extension, formerExtension].some((one) => one !== undefined && name.endsWith(`.${one}`));
}
