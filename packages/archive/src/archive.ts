import type { Outbound } from '@kieq/outbound';
import { ensureStoreId, StorageError, type BlobStore } from '@kieq/storage';
import { makePoster, type Pictured, type PosterOutcome } from './poster.ts';
import { PosterLine } from './poster-line.ts';
import type { Problem } from './problem.ts';
import { save, type Wanted } from './save.ts';
import type { SavedFile } from './stored.ts';
import { Throttle } from './throttle.ts';

/** Options of {@link createArchive}. Times in ms. */
export interface ArchiveOptions {
  readonly store: BlobStore;
  /** Calls the links of results. */
  readonly outbound: Outbound;
  /** Longest file, in bytes. */
  readonly maxBytes: number;
  /** Bytes per second of all downloads of this archive together; 0: no limit. */
  readonly bytesPerSecond: number;
  /** From the name lookup to the head of the response. */
  readonly headMs: number;
  /** Longest wait for the next 64 KiB. */
  readonly stallMs: number;
  /** Longest wait for the sender in total. */
  readonly totalMs: number;
  /** Makes posters of videos. Default: no posters. */
  readonly posters?: {
    /** Absolute path, see {@link findProgram}. */
    readonly ffmpeg: string;
    /** Longest run of ffmpeg for one poster. */
    readonly limitMs: number;
  };
}

/** Keeps results. */
export interface Archive {
  readonly store: BlobStore;
  /** Makes one try. Never rejects for failures of links, senders and stores. */
  save(wanted: Wanted): Promise<SavedFile | Problem>;
  /**
   * The id of the store, which gets one with its first result, so that readers of the same store can be recognised.
   * Undefined while the store does not work: a result does not depend on it.
   */
  storeId(): Promise<string | undefined>;
  /** Makes the poster of a saved result, one at a time; never rejects. */
  poster(file: Pictured): Promise<PosterOutcome>;
  /** Ends the running poster and the store's connections. Call it last. */
  close(): Promise<void>;
}

export function createArchive({ bytesPerSecond, posters, ...deps }: ArchiveOptions): Archive {
  const { store } = deps;
  const throttle = new Throttle(bytesPerSecond);
  const line =
    posters === undefined
      ? undefined
      : new PosterLine((file, signal) => makePoster({ ...posters, store }, file, signal));
  let id: string | undefined;
  return {
    store,
    async storeId() {
      try {
        id ??= await ensureStoreId(store.small);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
      }
      return id;
    },
    save: (wanted) => save({ ...deps, throttle }, wanted),
    poster: (file) => line?.add(file) ?? Promise.resolve({ kind: 'none' }),
    async close() {
      await line?.close();
      await store.close();
    },
  };
}
