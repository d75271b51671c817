import { uploadName, uploadsIn, uploadUrl, type UploadRef } from '@kieq/domain';
import { frozenPayload, newUpload } from '@kieq/queue';
import { copyFile, StorageError, type FileStore } from '@kieq/storage';
import type { Logger } from '@kieq/telemetry';
import { ApiError, invalid } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { CONTENT_TYPES } from '../uploads/upload-link.ts';

const RETRY_AFTER_S = 5;

/** The images of one call, from the write to the store until the call ends. */
export class KeptImages {
  readonly #store: FileStore;
  readonly #logger: Logger;
  readonly #refs: UploadRef[] = [];

  constructor({ uploads, logger }: { readonly uploads: FileStore; readonly logger: Logger }) {
    this.#store = uploads;
    this.#logger = logger;
  }

  /** The addresses that represent the images in a request. */
  get addresses(): ReadonlySet<string> {
    return new Set(this.#refs.map(uploadUrl));
  }

  /**
   * @param field names the image in errors
   * @returns the address that represents the image
   * @throws ApiError `invalid_request` if the bytes are not a whole image, `unavailable` if the store fails
   */
  async keep(field: string, tenant: string, bytes: Buffer): Promise<string> {
    const upload = newUpload(tenant, bytes);
    if (upload.kind === 'refused') throw invalid([{ field, rule: upload.rule, received: upload.received }]);
    const { ref, contentType } = upload;
    // Recorded before the write: a failed write may have left a file.
    this.#refs.push(ref);
    await this.#put(uploadName(ref), bytes, contentType);
    return uploadUrl(ref);
  }

  /**
   * Keeps a copy of a file that is in the store already.
   * @param from name of that file
   * @returns false if the store does not have it
   * @throws StorageError
   */
  copy(from: string, ref: UploadRef): Promise<boolean> {
    this.#refs.push(ref);
    const contentType = CONTENT_TYPES[ref.extension];
    return copyFile(this.#store, { from, to: uploadName(ref), contentType });
  }

  /** Removes all images: no generation names them. */
  discard(): Promise<void> {
    return this.discardBut([]);
  }

  /** Removes all images except those that a generation names by their addresses. */
  async discardBut(named: readonly string[]): Promise<void> {
    for (const ref of this.#refs.splice(0)) {
      if (named.includes(uploadUrl(ref))) continue;
      await this.#store.remove(uploadName(ref)).catch((error: unknown) => this.#leave(ref, error));
    }
  }

  /** Leaves the images in the store and logs them: a generation may name them. */
  abandon(error: unknown): void {
    for (const ref of this.#refs.splice(0)) this.#leave(ref, error);
  }

  async #put(name: string, bytes: Buffer, contentType: string): Promise<void> {
    try {
      await this.#store.put(name, bytes, contentType);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      const message = 'The upload store does not work. No generation was created; try again.';
      throw new ApiError('unavailable', message, { retryAfterS: RETRY_AFTER_S, cause: error });
    }
  }

  #leave(ref: UploadRef, error: unknown): void {
    this.#logger.warn(
      { image: uploadName(ref), err: error },
      'an uploaded image stays in the store; a generation may name it',
    );
  }
}

/**
 * The generation existed already. Either an earlier call created it, with other images, or this call did and Redis lost
 * the reply, or a worker took the job at once. Only the record shows which images the generation names.
 */
export async function discardUnnamed(
  { ledger }: Pick<GatewayDeps, 'ledger'>,
  images: KeptImages,
  id: string,
): Promise<void> {
  try {
    const record = await ledger.read.generation(id);
    await images.discardBut(uploadsIn(frozenPayload(record?.payload)?.request.input).map(uploadUrl));
  } catch (error) {
    images.abandon(error);
  }
}
