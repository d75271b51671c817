import { randomUUID } from 'node:crypto';
import type { FileStore } from './store.ts';

/** The file with the id of a store; it stays with the files when they are moved. */
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
  // Another file of this name, or an incomplete one of a killed process, is no id.
  return ID.test(text) ? text : undefined;
}

/**
 * The id of a store, which gets one where it has none. Processes that do this at the same moment all return the same
 * id, as long as the store can write a file only where there is none.
 * @throws StorageError
 */
export async function ensureStoreId(store: FileStore): Promise<string> {
  const own = `store_${randomUUID().replaceAll('-', '')}`;
  const bytes = Buffer.from(`${own}\n`);
  // Not read first: the first file creates the folder, and before that a read from it is an error.
  const isNew = await store.putNew(STORE_MARKER, bytes, 'text/plain');
  const id = await storeIdOf(store);
  if (id !== undefined) return id;
  if (!isNew) await store.put(STORE_MARKER, bytes, 'text/plain');
  return (await storeIdOf(store)) ?? own;
}
