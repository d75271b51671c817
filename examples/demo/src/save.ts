import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { GenerationView } from '@kieq/producer';
import got from 'got';
import { VIDEOS_DIR } from './places.ts';

export async function emptyVideosDir(): Promise<void> {
  await rm(VIDEOS_DIR, { recursive: true, force: true });
  await mkdir(VIDEOS_DIR, { recursive: true });
}

/** Saves each video once, as soon as its generation has succeeded: Kie's links do not live for ever. */
export class Saver {
  readonly #files = new Map<string, Promise<string>>();

  consider({ id, state, resultUrls: [url] }: GenerationView, name: string): void {
    if (state !== 'succeeded' || url === undefined || this.#files.has(id)) return;
    const saving = saveVideo(url, name);
    // Whoever waits for all of them hears of a failure; until then it must not end the process.
    saving.catch(() => undefined);
    this.#files.set(id, saving);
  }

  /** The files by generation, relative to the working directory. Rejects with the first one that could not be saved. */
  async all(): Promise<Map<string, string>> {
    const entries = [...this.#files].map(async ([id, file]) => [id, relative(process.cwd(), await file)] as const);
    return new Map(await Promise.all(entries));
  }
}

/** Saves a result under its final name only when it has arrived whole and is an MP4. */
async function saveVideo(url: string, name: string): Promise<string> {
  const path = join(VIDEOS_DIR, `${name}.mp4`);
  const partial = `${path}.part`;
  await pipeline(got.stream(url, { timeout: { request: 60_000 } }), createWriteStream(partial));
  if (!(await isMp4(partial))) throw new Error(`${url} is no MP4`);
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
