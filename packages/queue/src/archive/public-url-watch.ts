import type { Ledger } from '@kieq/ledger';
import type { Logger } from '@kieq/telemetry';

/** Interval at which a worker records PUBLIC_URL in the pool, in ms. */
const EVERY_MS = 60_000;

export interface PublicUrlWatched {
  readonly ledger: Pick<Ledger, 'archiveLinks'>;
  readonly logger: Logger;
  /** Undefined: this worker has none, and records nothing. */
  readonly publicUrl: string | undefined;
}

export interface PublicUrlWatch {
  /** Resolves after the first attempt to record it. */
  readonly recorded: Promise<void>;
  stop(): void;
}

/**
 * Records the `PUBLIC_URL` of a worker in the pool, at its start and every minute: links into the archive begin with
 * it. If workers have different ones, that of the last start counts, and the others warn once.
 */
export function watchPublicUrl({ ledger, logger, publicUrl }: PublicUrlWatched, everyMs = EVERY_MS): PublicUrlWatch {
  if (publicUrl === undefined) return { recorded: Promise.resolve(), stop: () => undefined };
  const { archiveLinks } = ledger;
  let isFirst = true;
  let other: string | undefined;
  const record = async (): Promise<void> => {
    if (isFirst) await archiveLinks.usePublicUrl(publicUrl);
    isFirst = false;
    const ofPool = await archiveLinks.keepPublicUrl(publicUrl);
    if (ofPool !== publicUrl && ofPool !== other)
      logger.warn(
        { publicUrl, ofPool },
        'a worker that started later has another PUBLIC_URL; links to archived results begin with that one. Set the same PUBLIC_URL for all workers',
      );
    other = ofPool;
  };
  const recordQuietly = (): Promise<void> =>
    record().catch((error: unknown) =>
      logger.debug({ err: error }, 'the worker could not record PUBLIC_URL in the pool'),
    );
  const timer = setInterval(() => void recordQuietly(), everyMs);
  timer.unref();
  return { recorded: recordQuietly(), stop: () => clearInterval(timer) };
}
