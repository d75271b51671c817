import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { View } from './gateway.ts';
import got from 'got';

/**
 * Makes the folder of the videos, and removes from it what an earlier demo wrote. Everything else in it stays: the folder
 * may have been there before, with files of its user.
 * @param names of the videos that a demo may write
 */
export async function clearVideos(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const paths = names.map((name) => pathOf(folder, name));
  await Promise.all(paths.flatMap((path) => [path, partOf(path)]).map((path) => rm(path, { force: true })));
}

const pathOf = (folder: string, name: string): string => join(folder, `${name}.mp4`);
/** Name of a video until it has arrived whole. */
const partOf = (path: string): string => `${path}.part`;

/** A saved video, relative to the working directory, or why it could not be saved. */
export type Saved = { readonly file: string } | { readonly problem: string };

/** Saves each video once, as soon as its generation has succeeded: Kie's links expire. */
export class Saver {
  readonly #saving = new Map<string, Promise<Saved>>();
  readonly #folder: string;

  /** @param folder into which the videos go */
  constructor(folder: string) {
    this.#folder = folder;
  }

  consider({ id, state, resultUrls: [url] }: View, name: string): void {
    if (state !== 'succeeded' || this.#saving.has(id)) return;
    this.#saving.set(id, save(url, pathOf(this.#folder, name)));
  }

  /** Saved videos or errors, by generation. */
  async all(): Promise<Map<string, Saved>> {
    return new Map(await Promise.all([...this.#saving].map(async ([id, saved]) => [id, await saved] as const)));
  }
}

/** Never rejects: one failed download must not hide the others. */
async function save(url: string | undefined, path: string): Promise<Saved> {
  if (url === undefined) return { problem: 'succeeded without a video' };
  try {
    return { file: relative(process.cwd(), await saveVideo(url, path)) };
  } catch (error) {
    return { problem: `could not be saved: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Saves a result under its final name only when it has arrived whole and is an MP4. */
async function saveVideo(url: string, path: string): Promise<string> {
  const partial = partOf(path);
  await pipeline(got.stream(url, { timeout: { request: 60_000 } }), createWriteStream(partial));
  if (!(await isMp4(partial))) throw new Error(`${url} is not an MP4`);
  await rename(partial, path);
  return path;
}

/** MP4 files begin with a box whose type, after four bytes of length, is `ftyp`. */
async function isMp4(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return bytesRead === 8 && buffer.toString('latin1', 4, 8) === 'ftyp';
  } finally {
    await file.close();
  }
}
