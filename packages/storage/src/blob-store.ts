import type { Readable } from 'node:stream';
import type { FileStore } from './store.ts';

/** A stored file, as far as known without reading it. */
export interface BlobInfo {
  readonly bytes: number;
  /** Epoch ms when it was written. */
  readonly modifiedAt: number;
}

/** The first and the last byte, both included, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * A file that is being written. Nothing is visible under its name before `commit` has finished, whatever happens to the
 * process. Exactly one of `commit` and `abort` ends it; calls come one after the other.
 */
export interface BlobDraft {
  /**
   * Writes the next bytes; resolves when more may follow, which keeps the memory constant. The chunk must not change.
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Gives the file its name, complete and on the disk; replaces an earlier file of this name. */
  commit(): Promise<void>;
  /** Discards it. Never rejects: the caller reports the reason for the abort. */
  abort(): Promise<void>;
}

/** Options of a link. */
export interface LinkOptions {
  /** At most 7 days. */
  readonly validMs: number;
  readonly contentType: string;
  /** `Content-Disposition` of the response. */
  readonly disposition: string;
  /** Epoch ms from which it is valid: links of the same moment are equal. Default: now. */
  readonly signedAt?: number;
}

/**
 * Large files by name, read and written as streams. Names follow the rules of FileStore. Every call rejects with
 * StorageError when the store does not work, and with RangeError when the name breaks the rules.
 */
export interface BlobStore {
  /** Location of the store, for messages. */
  readonly place: string;
  /** The same store for small files, such as the file with its id; `close` of this store ends it. */
  readonly small: FileStore;
  /** Whether `link` gives addresses here. */
  readonly hasLinks: boolean;
  /**
   * Begins a file.
   * @param owner part of the name of what a killed process leaves behind (`clear`): letters, digits and `_ -`
   */
  create(name: string, contentType: string, owner: string): Promise<BlobDraft>;
  /** Undefined where there is none. */
  stat(name: string): Promise<BlobInfo | undefined>;
  /** The bytes, or some of them; undefined where there is no such file. The caller destroys the stream. */
  read(name: string, range?: ByteRange): Promise<Readable | undefined>;
  /** Removes it; does nothing where there is none. */
  remove(name: string): Promise<void>;
  /**
   * Every file, in no particular order.
   * @param under only those in this folder and below, without a slash at the end
   */
  list(under?: string): AsyncIterable<BlobInfo & { readonly name: string }>;
  /** Removes what killed processes left of this owner's files. A file of the owner that is being written fails. */
  clear(owner: string): Promise<void>;
  /** Removes what killed processes of all owners left, where it began longer ago than this. Returns how many. */
  clearOlderThan(ms: number): Promise<number>;
  /** Path on this machine of a file, for other programs; undefined where the store is elsewhere. */
  pathOf(name: string): string | undefined;
  /**
   * An address at which every client that has it can fetch the file for a while; undefined where the store has no
   * addresses. The file need not exist: then the address leads nowhere.
   */
  link(name: string, options: LinkOptions): Promise<string | undefined>;
  /** Ends its connections. Call it last, and once the other calls have ended. */
  close(): Promise<void>;
}
