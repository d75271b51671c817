import { randomUUID } from 'node:crypto';
import type { FileStore } from './store.ts';

/** The file in a store that tells it from every other store; it travels with the files when they are moved. */
export const STORE_MARKER = '.kieq-store';
const ID = /^store_[0-9a-f]{32}$/;

/**
 * The id of a store; undefined while it has none.
 * @throws StorageError
 */
export async function storeIdOf(store: FileStore): Promise<string | undefined> {
  const bytes = await store.get(STORE_MARKER);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString('latin1').trim();
  // Something else under this name, or half of what a killed process wrote, is no id.
  return ID.test(text) ? text : undefined;
}

/**
 * The id of a store, which gets one where it has none. Of several who give it one at the same moment all have the same
 * answer, as long as the store can write a file only where there is none.
 * @throws StorageError
 */
export async function ensureStoreId(store: FileStore): Promise<string> {
  const own = `store_${randomUUID().replaceAll('-', '')}`;
  const bytes = Buffer.from(`${own}\n`);
  // Not read first: a folder is made by the first file, and before that reading from it is an error.
  const isNew = await store.putNew(STORE_MARKER, bytes, 'text/plain');
  const id = await storeIdOf(store);
  if (id !== undefined) return id;
  if (!isNew) await store.put(STORE_MARKER, bytes, 'text/plain');
  return (await storeIdOf(store)) ?? own;
}
