import { generationOf, posterName, resultFolder } from '@kieq/archive';
import { uploadName, uploadsIn } from '@kieq/domain';
import type { GenerationRecord, Ledger, LeftInStores } from '@kieq/ledger';
import { StorageError, type BlobStore, type FileStore } from '@kieq/storage';
import { frozenPayload } from '../jobs/payload.ts';

export interface Stores {
  readonly ledger: Ledger;
  /** Images that callers uploaded. */
  readonly uploads: FileStore;
  /** Archived results; undefined in a process without `ARCHIVE_URL`. */
  readonly results: BlobStore | undefined;
}

/**
 * Removes what a purged generation left in the stores.
 * @param left from the reply of the purge
 * @returns what stays there, and why, for operators; empty when nothing does. `kieq prune` finds results that stay
 */
export async function removeFromStores({ ledger, uploads, results }: Stores, id: string, left: LeftInStores) {
  const record = await ledger.read.generation(id);
  if (record === undefined) return [];
  return [
    ...(await attempt('its uploaded images', () => removeImages(uploads, record, left))),
    ...(await attempt('its archived results', () => removeResults(results, record, left))),
  ];
}

/** A failure of one store must not prevent removal from the other. */
async function attempt(what: string, remove: () => Promise<void>): Promise<string[]> {
  try {
    await remove();
    return [];
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return [`${what} stay in the store: ${error.message}`];
  }
}

async function removeImages(store: FileStore, { tenant }: GenerationRecord, { payload }: LeftInStores): Promise<void> {
  if (payload === undefined) return;
  for (const ref of uploadsIn(frozenPayload(payload)?.request.input)) {
    // A request may name another tenant's image; it was refused, and the image belongs to the other tenant.
    if (ref.tenant === tenant) await store.remove(uploadName(ref));
  }
}

async function removeResults(store: BlobStore | undefined, record: GenerationRecord, left: LeftInStores) {
  if (left.files === undefined && left.unfinished === undefined) return;
  if (store === undefined) throw new StorageError('ARCHIVE_URL is not set in this process');
  for (const name of left.files ?? (await savedSoFar(store, record))) {
    for (const one of [name, posterName(name)]) await store.remove(one);
  }
}

/** The record does not list what was saved before the rest was given up: the names of the files do. */
async function savedSoFar(store: BlobStore, record: GenerationRecord): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list(resultFolder(record))) if (generationOf(name) === record.id) names.push(name);
  return names;
}
