import { basename } from 'node:path';
import type { BlobStore } from '@kieq/storage';
import { firstPicture } from './first-picture.ts';
import { withLocalFile } from './local-file.ts';
import { posterName } from './names.ts';
import type { SavedFile } from './stored.ts';

/** Longest poster, in bytes. */
export const MAX_POSTER_BYTES = 1024 * 1024;

/** A saved result. */
export type Pictured = Pick<SavedFile, 'name' | 'contentType'>;

/** The outcome of a poster. None of them concerns the video. */
export type PosterOutcome =
  | { readonly kind: 'made'; readonly name: string; readonly bytes: number }
  /** No poster applies: the file is no video, or there is no ffmpeg. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface PosterDeps {
  readonly store: BlobStore;
  /** Absolute path. */
  readonly ffmpeg: string;
  /** Longest run of ffmpeg, in ms. */
  readonly limitMs: number;
}

/** ffmpeg's name of a video's format; pictures have none and need no poster. */
const DEMUXERS: ReadonlyMap<string, string> = new Map([
  ['video/mp4', 'mp4'],
  ['video/quicktime', 'mov'],
  ['video/webm', 'matroska'],
  ['video/x-matroska', 'matroska'],
]);

/** Makes the poster of a saved video and stores it next to the video. Never rejects. */
export async function makePoster(deps: PosterDeps, file: Pictured, signal: AbortSignal): Promise<PosterOutcome> {
  const demuxer = DEMUXERS.get(file.contentType);
  if (demuxer === undefined) return { kind: 'none' };
  const { store, ffmpeg, limitMs } = deps;
  try {
    const picture = await withLocalFile(store, file.name, signal, (path) =>
      firstPicture({ ffmpeg, path, demuxer, limitMs, maxBytes: MAX_POSTER_BYTES, signal }),
    );
    return picture.kind === 'failed' ? picture : await keep(store, file.name, picture.jpeg);
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function keep(store: BlobStore, video: string, jpeg: Buffer): Promise<PosterOutcome> {
  const name = posterName(video);
  await write(store, name, jpeg);
  // A removal removes the video first and its poster afterwards. So either it still finds this poster, or the video is
  // gone now.
  if ((await store.stat(video)) !== undefined) return { kind: 'made', name, bytes: jpeg.length };
  await store.remove(name);
  return { kind: 'failed', reason: 'the video was removed meanwhile' };
}

async function write(store: BlobStore, name: string, jpeg: Buffer): Promise<void> {
  const draft = await store.create(name, 'image/jpeg', basename(name).replaceAll('.', '-'));
  try {
    await draft.write(jpeg);
  } catch (error) {
    await draft.abort();
    throw error;
  }
  await draft.commit();
}
