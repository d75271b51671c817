import { NO_PROXIES, type Proxies } from '@kieq/proxy';
import type { BlobStore } from './blob-store.ts';
import { createFileBlobs } from './file-blobs.ts';
import { createFileStore } from './file-store.ts';
import { createS3Blobs } from './s3-blobs.ts';
import { createS3Store } from './s3-store.ts';
import type { FileStore, StoreLocation } from './store.ts';

/**
 * Opens a store; nothing is created or requested before the first call.
 * @param proxies through which a bucket is reached
 */
export function openStore(location: StoreLocation, proxies: Proxies = NO_PROXIES): FileStore {
  switch (location.kind) {
    case 'file':
      return createFileStore(location.path);
    case 's3':
      return createS3Store(location, { proxies });
  }
}

/**
 * Opens a store of large files; nothing is created or requested before the first call.
 * @param proxies through which a bucket is reached
 */
export function openBlobStore(location: StoreLocation, proxies: Proxies = NO_PROXIES): BlobStore {
  switch (location.kind) {
    case 'file':
      return createFileBlobs(location.path);
    case 's3':
      return createS3Blobs(location, { proxies });
  }
}
