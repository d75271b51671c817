import type { FileStore } from './store.ts';

/** What to copy: names in the same store. */
export interface Copying {
  readonly from: string;
  /** Must be a new name. */
  readonly to: string;
  readonly contentType: string;
}

/**
 * Copies a file within its store, each name of which can be removed without harm to the other. A folder needs no further
 * room for it; elsewhere the file is read into memory and written again.
 * @returns whether the file was there
 * @throws StorageError
 */
export async function copyFile(store: FileStore, { from, to, contentType }: Copying): Promise<boolean> {
  const isLinked = await store.link?.(from, to);
  if (isLinked !== undefined) return isLinked;
  const bytes = await store.get(from);
  if (bytes === undefined) return false;
  await store.put(to, bytes, contentType);
  return true;
}
