import type { Outbound } from '@kieq/outbound';
import type { BlobStore } from '@kieq/storage';
import type { Problem } from './problem.ts';
import { save, type SavedFile, type Wanted } from './save.ts';
import { Throttle } from './throttle.ts';

/** Options of {@link createArchive}. Times in ms. */
export interface ArchiveOptions {
  readonly store: BlobStore;
  /** Calls the links of results. */
  readonly outbound: Outbound;
  /** Longest file, in bytes. */
  readonly maxBytes: number;
  /** Of all downloads of this archive together; 0: no limit. */
  readonly bytesPerSecond: number;
  /** From the name lookup to the head of the answer. */
  readonly headMs: number;
  /** Longest wait for the next 64 KiB. */
  readonly stallMs: number;
  /** Longest wait for the sender in all. */
  readonly totalMs: number;
}

/** Where results are kept. */
export interface Archive {
  readonly store: BlobStore;
  /** One try. Never rejects for what links, senders and stores do. */
  save(wanted: Wanted): Promise<SavedFile | Problem>;
  /** Ends the store's connections. Call it last. */
  close(): Promise<void>;
}

export function createArchive({ bytesPerSecond, ...deps }: ArchiveOptions): Archive {
  const throttle = new Throttle(bytesPerSecond);
  return {
    store: deps.store,
    save: (wanted) => save({ ...deps, throttle }, wanted),
    close: () => deps.store.close(),
  };
}
