import type { Readable } from 'node:stream';
import type { GenerationView } from '@kieq/producer';
import { StorageError, type BlobStore } from '@kieq/storage';
import { openLink } from './open-link.ts';

/** Opens one result. @throws CliError */
export type ResultSource = (signal: AbortSignal) => Promise<Readable>;

/**
 * The results of a generation, one source each: the archive as far as this machine reaches it, since it outlives the
 * links, else Kie's link.
 */
export function resultSources(
  { resultUrls, archived }: GenerationView,
  archive: BlobStore | undefined,
  allowPrivate: boolean,
): ResultSource[] {
  return resultUrls.map((url, i) => async (signal) => {
    const name = archived[i]?.name;
    const file = name === undefined ? undefined : await readFrom(archive, name);
    return file ?? openLink(url, allowPrivate, signal);
  });
}

/** An archive that does not work is no reason to fail while the link may live. */
async function readFrom(archive: BlobStore | undefined, name: string): Promise<Readable | undefined> {
  try {
    return await archive?.read(name);
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}
