import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BlobStore } from '@kieq/storage';

/** A longer file of a bucket is not fetched: the folder for temporary files may be in memory. */
export const MAX_COPY_BYTES = 128 * 1024 * 1024;

/**
 * Runs an action with a path to a stored file: its own path in a folder, or that of a temporary copy where the store is
 * elsewhere. Not by a pipe: an MP4 may have its index at the end.
 * @throws RangeError for more than MAX_COPY_BYTES that would have to be copied; StorageError; errors of the file system
 */
export async function withLocalFile<Value>(
  store: BlobStore,
  name: string,
  signal: AbortSignal,
  use: (path: string) => Promise<Value>,
): Promise<Value> {
  const own = store.pathOf(name);
  if (own !== undefined) return use(own);
  const folder = await mkdtemp(join(tmpdir(), 'kieq-poster-'));
  try {
    const path = join(folder, 'video');
    await copy(store, name, path, signal);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copy(store: BlobStore, name: string, path: string, signal: AbortSignal): Promise<void> {
  const { bytes } = (await store.stat(name)) ?? { bytes: 0 };
  if (bytes > MAX_COPY_BYTES)
    throw new RangeError(`the video has ${bytes} bytes; at most ${MAX_COPY_BYTES} are copied`);
  const stream = await store.read(name);
  if (stream === undefined) throw new Error('the video is gone');
  await pipeline(stream, createWriteStream(path, { mode: 0o600 }), { signal });
}
