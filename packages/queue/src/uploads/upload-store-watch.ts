import type { UploadStores } from '@kieq/ledger';
import type { FileStore } from '@kieq/storage';
import type { Gauge, Logger } from '@kieq/telemetry';
import { standingOf } from './upload-stores.ts';

/** Interval at which a worker compares its upload store with the pool's, in ms. */
const EVERY_MS = 60_000;

export interface StoreWatch {
  /** Resolves after the first comparison. */
  readonly compared: Promise<void>;
  stop(): void;
}

export interface StoreWatchDeps {
  readonly ledger: { readonly uploadStores: Pick<UploadStores, 'used'> };
  readonly uploads: FileStore;
  readonly logger: Logger;
  readonly metrics: { readonly uploadStoreDiffers: Gauge<never> };
}

/**
 * Compares the upload store of a worker with those into which images of the pool are uploaded, at once and every
 * minute. A worker with another store continues to work: it logs every change, and a metric shows it.
 */
export function watchUploadStore(context: StoreWatchDeps, everyMs: number = EVERY_MS): StoreWatch {
  const { uploads, logger, metrics } = context;
  let logged: string | undefined;
  const compareOnce = async (): Promise<void> => {
    const reason = await differenceOf(context);
    metrics.uploadStoreDiffers.set(reason === undefined ? 0 : 1);
    if (reason === logged) return;
    logged = reason;
    if (reason === undefined)
      return logger.info({ store: uploads.place }, 'the upload store is that of the pool again');
    logger.warn(
      { store: uploads.place, reason },
      'this worker cannot pass on all images of the pool; generations whose images are in another store wait for a worker that has them. UPLOAD_STORE_URL must name one store for all gateways, workers and kieq',
    );
  };
  const compareQuietly = (): Promise<void> =>
    compareOnce().catch((error: unknown) =>
      logger.debug({ err: error }, 'comparing the upload store with that of the pool failed'),
    );
  let comparing: Promise<void> | undefined;
  // One after the other: of two at once the older result could come last.
  const compareInTurn = (): Promise<void> => {
    comparing ??= compareQuietly().finally(() => (comparing = undefined));
    return comparing;
  };
  const timer = setInterval(() => void compareInTurn(), everyMs);
  timer.unref();
  return { compared: compareInTurn(), stop: () => clearInterval(timer) };
}

async function differenceOf(context: StoreWatchDeps): Promise<string | undefined> {
  const { elsewhere, trouble: problem } = await standingOf(context);
  if (elsewhere.length === 0) return undefined;
  const unread = problem === undefined ? '' : `, and this store cannot be read: ${problem}`;
  return `images are uploaded into ${elsewhere.join(', ')}${unread}`;
}
