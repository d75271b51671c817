/** A folder of this machine, or a bucket with an optional prefix; what `parseEnvironment` makes of a store URL. */
export type StoreLocation =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

/** Thrown when the store cannot be used; the message names the store and the reason, and no credentials. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/**
 * Files by name. A name is one or more segments of letters, digits and `. _ -` between slashes; a segment of dots
 * only is refused. Every call throws StorageError when the store does not work.
 */
export interface FileStore {
  /** Where it is, for people. */
  readonly place: string;
  /** Writes the whole file or nothing; an earlier one of this name is replaced. */
  put(name: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Undefined where there is none. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Removes it; nothing happens where there is none. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a store; nothing is created or asked for before the first call. */
export function openStore(_location: StoreLocation): FileStore {
  throw new Error('not written yet');
}
