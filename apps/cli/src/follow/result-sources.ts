import { Readable } from 'node:stream';
import { createOutbound } from '@kieq/outbound';
import type { GenerationView } from '@kieq/producer';
import { type BlobStore, StorageError } from '@kieq/storage';
import { CliError, EXIT } from '../exit.ts';

/** One result. */
export interface ResultSource {
  /** By its name in the archive, else by its link: `.mkv`. */
  readonly extension: string;
  /** @throws CliError */
  readonly open: (signal: AbortSignal) => Promise<Readable>;
}

/** What models produce; a link with another ending leads to a video. */
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

/** An unusable archive is no reason to fail while the link may work. */
async function readFrom(archive: BlobStore | undefined, name: string): Promise<Readable | undefined> {
  try {
    return await archive?.read(name);
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

/** The user waits for it. */
const HEAD_MS = 30_000;
const STALL_MS = 60_000;
/** For gigabytes over a slow line. */
const TOTAL_MS = 24 * 3_600_000;

/** How untrusted addresses are called. */
export interface Outward {
  /** `KIEQ_ALLOW_PRIVATE_URLS`. */
  readonly allowPrivate: boolean;
  /** `KIEQ_OUTBOUND_PROXY`. */
  readonly proxy?: string | undefined;
}

/**
 * Opens a link of Kie to a result. It is untrusted, so it is checked like a caller's address, and so is each redirect.
 * @throws CliError `refused` for an address that must not be fetched, `unavailable` without a good answer
 */
async function openLink(link: string, outward: Outward, signal: AbortSignal): Promise<Readable> {
  const limits = { headMs: HEAD_MS, stallMs: STALL_MS, totalMs: TOTAL_MS };
  const answer = await createOutbound(outward).get({ url: link, ...limits, signal });
  switch (answer.kind) {
    case 'open':
      return Readable.from(answer.body);
    case 'refused':
      throw new CliError(EXIT.refused, `the link to the result ${answer.reason}: ${link}`);
    case 'failed':
      throw new CliError(EXIT.unavailable, `the link to the result failed: ${answer.transport}`);
    case 'answered':
      throw new CliError(
        EXIT.unavailable,
        `the link to the result answered ${answer.status}; Kie's links expire within a day: ${link}`,
      );
  }
}
