export type { BlobDraft, BlobInfo, BlobStore, ByteRange, LinkOptions } from './blob-store.ts';
export { loadDrivers } from './drivers.ts';
export { StorageError } from './errors.ts';
export { MAX_FILE_BYTES } from './limits.ts';
export { openBlobStore, openStore } from './open-store.ts';
export type { FileStore, StoreLocation } from './store.ts';
export { ensureStoreId, STORE_MARKER, storeIdOf } from './store-id.ts';
