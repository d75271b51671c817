import type { Readable } from 'node:stream';
import type { GenerationView } from '@kieq/producer';
import { StorageError, type BlobStore } from '@kieq/storage';
import { openLink, type Outward } from './open-link.ts';

/** One result. */
export interface ResultSource {
  /** By its name in the archive, else by its link: `.mkv`. */
  readonly extension: string;
  /** @throws CliError */
  readonly open: (signal: AbortSignal) => Promise<Readable>;
}

/** What models make; a link that ends otherwise leads to a video. */
const EXTENSION = /\.(mp4|webm|mkv|mov|avi|png|jpe?g|gif|webp|avif|heic)$/i;
const USUAL = '.mp4';

/**
 * The results of a generation, one source each: the archive as far as this machine reaches it, since it outlives the
 * links, else Kie's link.
 */
export function resultSources(
  { resultUrls, archived }: Pick<GenerationView, 'resultUrls' | 'archived'>,
  archive: BlobStore | undefined,
  outward: Outward,
): ResultSource[] {
  return resultUrls.map((url, i) => {
    const name = archived[i]?.name;
    return {
      extension: extensionOf(name ?? pathOf(url)),
      async open(signal) {
        const file = name === undefined ? undefined : await readFrom(archive, name);
        return file ?? openLink(url, outward, signal);
      },
    };
  });
}

function extensionOf(path: string): string {
  return EXTENSION.exec(path)?.[0].toLowerCase() ?? USUAL;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : '';
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
