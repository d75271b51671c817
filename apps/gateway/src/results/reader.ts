import type { Ledger } from '@kieq/ledger';
import { storeIdOf, type BlobStore } from '@kieq/storage';
import type { Logger } from '@kieq/telemetry';

/** So often a gateway says which archive it reads, in ms; it counts for three times as long. */
const EVERY_MS = 30_000;

export interface ArchiveReader {
  readonly ledger: Pick<Ledger, 'archiveLinks'>;
  readonly archive: BlobStore | undefined;
}

/**
 * Says to the pool which archive this gateway reads, so that links to it are given out; nothing where it reads none, or
 * one in which no result has been put yet.
 * @throws StorageError
 */
export async function announceArchive({ ledger, archive }: ArchiveReader): Promise<void> {
  const id = archive === undefined ? undefined : await storeIdOf(archive.small);
  if (id !== undefined) await ledger.archiveLinks.announceReader(id);
}

/** The same again and again, one after the other, until the gateway stops. */
export function keepAnnouncing(
  reader: ArchiveReader & { readonly logger: Logger },
  stopping: AbortSignal,
  everyMs = EVERY_MS,
): void {
  if (reader.archive === undefined) return;
  let isAnnouncing = false;
  const announce = (): void => {
    if (isAnnouncing) return;
    isAnnouncing = true;
    announceArchive(reader)
      .catch((error: unknown) =>
        reader.logger.debug({ err: error }, 'the pool could not be told which archive this gateway reads'),
      )
      .finally(() => (isAnnouncing = false));
  };
  announce();
  const timer = setInterval(announce, everyMs);
  timer.unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
}
