import { cached, nameStore } from '@kieq/queue';
import type { GatewayDeps } from '../deps.ts';

/** The pool is told at most so often that images are uploaded into this store, in ms. */
const EVERY_MS = 60_000;

/**
 * Tells the pool into which store this gateway puts images, before a generation names one. It never rejects: an upload
 * is worth more than the note, without which a worker with another store takes the image for lost.
 */
export function createStoreNaming({ ledger, uploads, logger }: Pick<GatewayDeps, 'ledger' | 'uploads' | 'logger'>) {
  const name = cached(async () => {
    const { elsewhere } = await nameStore({ ledger, uploads });
    if (elsewhere.length === 0) return;
    logger.warn(
      { store: uploads.place, elsewhere },
      'images of this pool are uploaded into other stores too: UPLOAD_STORE_URL must lead all gateways, workers and kieq to one store',
    );
  }, EVERY_MS);
  return (): Promise<void> =>
    name().catch((error: unknown) => logger.warn({ err: error }, 'the pool could not be told of the upload store'));
}
