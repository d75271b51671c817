import type { BlobStore } from '../../src/index.ts';

/** Everything that a store lists, by name. */
export async function listed(store: BlobStore) {
  const files = [];
  for await (const file of store.list()) files.push(file);
  return files.toSorted((a, b) => a.name.localeCompare(b.name));
}
