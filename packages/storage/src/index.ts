export { openStore, StorageError, type FileStore, type StoreLocation } from './store.ts';
