import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STORE_MARKER } from '@kieq/storage';
import type { PoolFixture } from '../../src/index.ts';
import { openPool } from './support.ts';

/** A pool that waits for the archive before a generation has succeeded; the sweeper makes up for nothing. */
export function openArchivePool(
  context: Parameters<typeof openPool>[0],
  name: string,
  { timings, worker, ...options }: Parameters<typeof openPool>[2] = {},
): Promise<PoolFixture> {
  return openPool(context, name, {
    timings: { vehicleCheckMs: 60_000, ...timings },
    worker: { archiveMode: 'wait', ...worker },
    ...options,
  });
}

/** Everything below the archive's folder but its id, by path, with its hash; leftovers begin with `~`. */
export async function filesOf({ archiveFolder }: PoolFixture): Promise<Record<string, string>> {
  const entries = await readdir(archiveFolder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name !== STORE_MARKER)
    .map((entry) => join(entry.parentPath, entry.name));
  const found: Record<string, string> = {};
  for (const path of paths.toSorted()) found[path.slice(archiveFolder.length + 1)] = hashOf(await readFile(path));
  return found;
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The name that the result of a generation of today has. */
export function nameOf(id: string, n = 1): string {
  return `tenant-default/${new Date().toISOString().slice(0, 10)}/${id}${n === 1 ? '' : `-${n}`}.mp4`;
}
