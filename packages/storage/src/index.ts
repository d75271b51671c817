export { StorageError } from './errors.ts';
export { MAX_FILE_BYTES } from './limits.ts';
export { openStore } from './open-store.ts';
export type { FileStore, StoreLocation } from './store.ts';
