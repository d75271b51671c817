import type { Ledger } from '@kieq/ledger';
import { storeIdOf, type BlobStore } from '@kieq/storage';
import type { Logger } from '@kieq/telemetry';

/** Interval at which a gateway announces its archive, in ms. An announcement is valid for three times as long. */
const EVERY_MS = 30_000;

export interface ArchiveReader {
  readonly ledger: Pick<Ledger, 'archiveLinks'>;
  readonly archive: BlobStore | undefined;
}

/**
 * Announces to the pool which archive this gateway reads, so that links into it are given out. Does nothing without an
 * archive, or if the archive has no result yet.
 * @throws StorageError
 */
export async function announceArchive({ ledger, archive }: ArchiveReader): Promise<void> {
  const id = archive === undefined ? undefined : await storeIdOf(archive.small);
  if (id !== undefined) await ledger.archiveLinks.announceReader(id);
}

/** Repeats the announcement until the gateway stops; never two at the same time. */
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
        reader.logger.debug(
          { err: error },
          'The archive of this gateway could not be announced to the pool; will try again.',
        ),
      )
      .finally(() => (isAnnouncing = false));
  };
  announce();
  const timer = setInterval(announce, everyMs);
  timer.unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
}
