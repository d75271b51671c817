import { basename } from 'node:path';
import type { BlobStore } from '@kieq/storage';
import { firstPicture } from './first-picture.ts';
import { withLocalFile } from './local-file.ts';
import { posterName } from './names.ts';
import type { SavedFile } from './stored.ts';

/** Longest poster, in bytes. */
export const MAX_POSTER_BYTES = 1024 * 1024;

/** A result that is safe. */
export type Pictured = Pick<SavedFile, 'name' | 'contentType'>;

/** What became of a poster. None of it concerns the video. */
export type PosterOutcome =
  | { readonly kind: 'made'; readonly name: string; readonly bytes: number }
  /** Nobody asked for one: it is no video, or there is no ffmpeg. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface PosterDeps {
  readonly store: BlobStore;
  /** Absolute path. */
  readonly ffmpeg: string;
  /** Longest run of ffmpeg, in ms. */
  readonly limitMs: number;
}

/** How ffmpeg calls the form of a video; pictures have none and need no poster. */
const DEMUXERS: ReadonlyMap<string, string> = new Map([
  ['video/mp4', 'mp4'],
  ['video/quicktime', 'mov'],
  ['video/webm', 'matroska'],
  ['video/x-matroska', 'matroska'],
]);

/** Makes the poster of a saved video and puts it beside it. Never rejects. */
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
  // Whoever removes a video removes its poster after it. So either they still find this one, or the video is gone now.
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
