import { orMissing, type PackageUse } from '@kieq/domain';
import type { StoreLocation } from './store.ts';

export type Sdk = typeof import('@aws-sdk/client-s3');

const USE: PackageUse = {
  needs: 'A bucket (s3://… in UPLOAD_STORE_URL or ARCHIVE_URL)',
  packages: ['@aws-sdk/client-s3', '@aws-sdk/lib-storage', '@aws-sdk/s3-request-presigner'],
};

/**
 * The SDK is large and slow to load: a process that keeps files in a folder never loads it.
 * @throws MissingPackages where it is not installed, as by the two below
 */
export const loadSdk = (): Promise<Sdk> => orMissing(import('@aws-sdk/client-s3'), USE);

export const loadUpload = (): Promise<typeof import('@aws-sdk/lib-storage')> =>
  orMissing(import('@aws-sdk/lib-storage'), USE);

export const loadPresigner = (): Promise<typeof import('@aws-sdk/s3-request-presigner')> =>
  orMissing(import('@aws-sdk/s3-request-presigner'), USE);

/**
 * Loads what these stores need, so that a process which could not use them does not start.
 * @throws MissingPackages where the SDK of a bucket is not installed
 */
export async function loadDrivers(locations: readonly (StoreLocation | undefined)[]): Promise<void> {
  if (!locations.some((location) => location?.kind === 's3')) return;
  await Promise.all([loadSdk(), loadUpload(), loadPresigner()]);
}
