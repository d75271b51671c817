import { createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import got from 'got';
import { VIDEOS_DIR } from './places.ts';

/** Saves a result under its final name only when it has arrived whole and is an MP4. */
export async function saveVideo(url: string, name: string): Promise<string> {
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
