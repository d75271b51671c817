import { cached, nameStore } from '@kieq/queue';
import type { GatewayDeps } from '../deps.ts';

/** Shortest pause between two records of the upload store in the pool, in ms. */
const EVERY_MS = 60_000;

/**
 * Records in the pool which store this gateway puts images into, before a generation names one of them. It never
 * rejects: without the record only a worker with another store is affected, which then treats the image as lost.
 */
export function createStoreNaming({ ledger, uploads, logger }: Pick<GatewayDeps, 'ledger' | 'uploads' | 'logger'>) {
  const name = cached(async () => {
    const { elsewhere } = await nameStore({ ledger, uploads });
    if (elsewhere.length === 0) return;
    logger.warn(
      { store: uploads.place, elsewhere },
      'Gateways of this pool use different upload stores. Set UPLOAD_STORE_URL to one store for all gateways, workers and kieq.',
    );
  }, EVERY_MS);
  return (): Promise<void> =>
    name().catch((error: unknown) =>
      logger.warn(
        { err: error },
        'The upload store could not be recorded in the pool; will try again with the next upload.',
      ),
    );
}
