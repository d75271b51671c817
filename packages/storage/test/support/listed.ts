import type { BlobStore } from '../../src/index.ts';

/** Everything that a store lists in a folder, or at all, by name. */
export async function listed(store: BlobStore, under?: string) {
  const files = [];
  for await (const file of store.list(under)) files.push(file);
  return files.toSorted((a, b) => a.name.localeCompare(b.name));
}
