/** A folder of this machine, or a bucket with an optional prefix; what `parseEnvironment` makes of a store URL. */
export type StoreLocation =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

/**
 * Files by name. A name is one or more segments of letters, digits and `. _ -` between slashes; a segment of dots
 * only is refused, and so is one of more than 255 characters, or a name of more than 512. No name may also be the
 * folder of another. Every call rejects with StorageError when the store does not work, and with RangeError when the
 * name breaks these rules.
 */
export interface FileStore {
  /** Location of the store, for messages. */
  readonly place: string;
  /**
   * Writes the whole file or nothing; an earlier one of this name is replaced. A folder keeps no content type.
   * @throws RangeError also for more than MAX_FILE_BYTES
   */
  put(name: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /**
   * The same, but an earlier file of this name stays as it is.
   * @returns whether it was written
   */
  putNew(name: string, bytes: Uint8Array, contentType: string): Promise<boolean>;
  /**
   * Undefined where there is none.
   * @throws StorageError also for more than MAX_FILE_BYTES
   */
  get(name: string): Promise<Uint8Array | undefined>;
  /**
   * Gives a file a second name, without reading it. Removing one name leaves the other. A store that cannot do this does
   * not have the method; see `copyFile`.
   * @returns false where there is no such file; undefined where this place cannot do it
   */
  link?(from: string, to: string): Promise<boolean | undefined>;
  /** Removes it; does nothing where there is none. */
  remove(name: string): Promise<void>;
  /** Ends its connections. Call it last, and once the other calls have ended. */
  close(): Promise<void>;
}
