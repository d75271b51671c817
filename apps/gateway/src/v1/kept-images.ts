import { uploadName, uploadUrl, type UploadRef } from '@kieq/domain';
import { newUpload } from '@kieq/queue';
import { StorageError, type FileStore } from '@kieq/storage';
import type { Logger } from '@kieq/telemetry';
import { ApiError, invalid } from '../api-error.ts';

const RETRY_AFTER_S = 5;

/** The images of one call, from when they are in the store until the call is over. */
export class KeptImages {
  readonly #store: FileStore;
  readonly #logger: Logger;
  readonly #refs: UploadRef[] = [];

  constructor({ uploads, logger }: { readonly uploads: FileStore; readonly logger: Logger }) {
    this.#store = uploads;
    this.#logger = logger;
  }

  /** The addresses that stand for them in a request. */
  get addresses(): ReadonlySet<string> {
    return new Set(this.#refs.map(uploadUrl));
  }

  /**
   * @param field names it in errors
   * @returns the address that stands for it
   * @throws ApiError `invalid_request` for what is no image or not a whole one, `unavailable` when the store does not work
   */
  async keep(field: string, tenant: string, bytes: Buffer): Promise<string> {
    const upload = newUpload(tenant, bytes);
    if (upload.kind === 'refused') throw invalid([{ field, rule: upload.rule, received: upload.received }]);
    const { ref, contentType } = upload;
    // Noted before it is written: a write that fails may have left something.
    this.#refs.push(ref);
    await this.#put(uploadName(ref), bytes, contentType);
    return uploadUrl(ref);
  }

  /** Removes them again: no generation names them. */
  discard(): Promise<void> {
    return this.discardBut([]);
  }

  /** Removes all but those whose addresses a generation names. */
  async discardBut(named: readonly string[]): Promise<void> {
    for (const ref of this.#refs.splice(0)) {
      if (named.includes(uploadUrl(ref))) continue;
      await this.#store.remove(uploadName(ref)).catch((error: unknown) => this.#leave(ref, error));
    }
  }

  /** Nobody knows whether a generation names them; they stay, and the log tells which. */
  abandon(error: unknown): void {
    for (const ref of this.#refs.splice(0)) this.#leave(ref, error);
  }

  async #put(name: string, bytes: Buffer, contentType: string): Promise<void> {
    try {
      await this.#store.put(name, bytes, contentType);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      throw new ApiError('unavailable', 'images cannot be kept now', { retryAfterS: RETRY_AFTER_S, cause: error });
    }
  }

  #leave(ref: UploadRef, error: unknown): void {
    this.#logger.warn({ image: uploadName(ref), err: error }, 'an uploaded image stays in the store');
  }
}
