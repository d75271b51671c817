import type { UploadStores, UsedStore } from '@kieq/ledger';
import { ensureStoreId, StorageError, storeIdOf, type FileStore } from '@kieq/storage';

/**
 * Whether an upload store is the one of the pool: its id is compared with those of the stores that uploaders have
 * named.
 */
export interface StoreStanding {
  /** Whether images of the pool are uploaded into this store; false also while none is named. */
  readonly isUsed: boolean;
  /** Where the other stores are into which images of the pool are uploaded; empty also while none is named. */
  readonly elsewhere: readonly string[];
  /** Why the store could not be read; then all stores of the pool count as others. */
  readonly trouble?: string;
}

/** @typeParam Calls what is asked of the pool */
interface Compared<Calls extends keyof UploadStores = keyof UploadStores> {
  readonly ledger: { readonly uploadStores: Pick<UploadStores, Calls> };
  /** Images that callers uploaded. */
  readonly uploads: FileStore;
}

/** Compares a store with those of the pool, and changes nothing. */
export async function standingOf({ ledger, uploads }: Compared<'used'>): Promise<StoreStanding> {
  const used = await ledger.uploadStores.used();
  // A pool in which only earlier versions have uploaded: nothing is known, so the store is not read.
  if (used.length === 0) return { isUsed: false, elsewhere: [] };
  try {
    return compare(used, await storeIdOf(uploads));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { ...compare(used, undefined), trouble: error.message };
  }
}

/**
 * Reads an image; if the store does not have it, reports where else it may be.
 * @throws StorageError
 */
export async function findImage(
  { ledger, uploads }: Compared<'used'>,
  name: string,
): Promise<{ readonly file: Uint8Array } | { readonly elsewhere: readonly string[] }> {
  const file = await uploads.get(name);
  if (file !== undefined) return { file };
  const { elsewhere } = await standingOf({ ledger, uploads });
  return { elsewhere };
}

/**
 * Records in the pool that images are uploaded into this store, which gets an id if it has none. Call it before the
 * generation that names the image exists, so that a worker that does not find the image knows where else it may be.
 * @throws StorageError
 */
export async function nameStore({ ledger, uploads }: Compared): Promise<StoreStanding> {
  const id = await ensureStoreId(uploads);
  const used = await ledger.uploadStores.used();
  await ledger.uploadStores.use({ id, place: uploads.place });
  return { ...compare(used, id), isUsed: true };
}

function compare(used: readonly UsedStore[], id: string | undefined): StoreStanding {
  return {
    isUsed: used.some((one) => one.id === id),
    // Always in one order, so that the same result is the same text.
    elsewhere: used
      .filter((one) => one.id !== id)
      .map(({ place }) => place)
      .toSorted(),
  };
}
