import { readFile, stat } from 'node:fs/promises';
import { uploadName, uploadsIn, uploadUrl } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import { frozenPayload, newUpload, UPLOAD_LIMIT_BYTES, type NewUpload } from '@kieq/queue';
import { StorageError, type FileStore } from '@kieq/storage';
import { CliError, EXIT } from '../exit.ts';

/** An image file of this machine. */
export interface LocalImage extends NewUpload {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Reads an image for an upload of the tenant.
 * @throws CliError `usage` when it cannot be read, is too large, or is no complete image that Kie accepts
 */
export async function readImage(path: string, tenant: string): Promise<LocalImage> {
  const bytes = await readLimited(path);
  const upload = newUpload(tenant, bytes);
  if (upload.kind === 'refused') throw wrong(path, `${upload.rule}, and it is ${upload.received}`);
  return { ...upload, path, bytes };
}

async function readLimited(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > UPLOAD_LIMIT_BYTES) throw wrong(path, `has more than ${UPLOAD_LIMIT_BYTES / 1024 ** 2} MB`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw wrong(path, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function wrong(path: string, rule: string): CliError {
  return new CliError(EXIT.usage, `nothing was enqueued: ${path} ${rule}`);
}

/**
 * Puts the images into the store from which the workers take them.
 * @throws CliError `unavailable` when the store does not work; then none is left in it
 */
export async function keepImages(store: FileStore, images: readonly LocalImage[]): Promise<void> {
  try {
    for (const { ref, bytes, contentType } of images) await store.put(uploadName(ref), bytes, contentType);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    await dropImages(store, images);
    throw new CliError(EXIT.unavailable, `nothing was enqueued: the image cannot be stored: ${error.message}`);
  }
}

/** Removes images that no generation names. One that cannot be removed stays, without harm. */
export async function dropImages(store: FileStore, images: readonly LocalImage[]): Promise<void> {
  await Promise.allSettled(images.map(({ ref }) => store.remove(uploadName(ref))));
}

/**
 * Removes those that the generation does not name: it had been made before, with images of its own, or by this very
 * call, whose first Redis reply was lost. Only the record shows which.
 */
export async function dropUnnamed(
  store: FileStore,
  ledger: Ledger,
  id: string,
  images: readonly LocalImage[],
): Promise<void> {
  const record = await ledger.read.generation(id);
  const named = new Set(uploadsIn(frozenPayload(record?.payload)?.request.input).map(uploadUrl));
  await dropImages(
    store,
    images.filter(({ ref }) => !named.has(uploadUrl(ref))),
  );
}
