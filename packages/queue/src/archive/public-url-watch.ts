import type { Ledger } from '@kieq/ledger';
import type { Logger } from '@kieq/telemetry';

/** So often a worker says to the pool where gateways are, in ms. */
const EVERY_MS = 60_000;

export interface PublicUrlWatched {
  readonly ledger: Pick<Ledger, 'archiveLinks'>;
  readonly logger: Logger;
  /** Undefined: this worker knows none, and says nothing. */
  readonly publicUrl: string | undefined;
}

export interface PublicUrlWatch {
  /** Resolves when the pool knows it, or could not be told. */
  readonly told: Promise<void>;
  stop(): void;
}

/**
 * Records the `PUBLIC_URL` of a worker in the pool, at its start and every minute: links into the archive begin with
 * it. Where workers have different ones that of the last start counts, and the others warn once.
 */
export function watchPublicUrl({ ledger, logger, publicUrl }: PublicUrlWatched, everyMs = EVERY_MS): PublicUrlWatch {
  if (publicUrl === undefined) return { told: Promise.resolve(), stop: () => undefined };
  const { archiveLinks } = ledger;
  let isFirst = true;
  let other: string | undefined;
  const tell = async (): Promise<void> => {
    if (isFirst) await archiveLinks.usePublicUrl(publicUrl);
    isFirst = false;
    const ofPool = await archiveLinks.keepPublicUrl(publicUrl);
    if (ofPool !== publicUrl && ofPool !== other)
      logger.warn(
        { publicUrl, ofPool },
        'a worker that started later has another PUBLIC_URL, and links to archived results begin with that one: give all workers the same',
      );
    other = ofPool;
  };
  const tellQuietly = (): Promise<void> =>
    tell().catch((error: unknown) => logger.debug({ err: error }, 'PUBLIC_URL could not be recorded in the pool'));
  const timer = setInterval(() => void tellQuietly(), everyMs);
  timer.unref();
  return { told: tellQuietly(), stop: () => clearInterval(timer) };
}
