import { uploadName } from '@kieq/domain';
import { StorageError } from '@kieq/storage';
import type { UpkeepDeps } from './upkeep-deps.ts';

/** Most uploads that one round removes; rounds follow each other within seconds. */
const BATCH = 100;

/**
 * Removes images that callers uploaded ahead of a request and whose links have expired, and gives back their part of the
 * quota. Generations have copies of their own. What a store refuses to remove stays recorded and is tried again.
 */
export async function removeExpiredUploads({
  ledger,
  uploads,
  logger,
  metrics,
}: Pick<UpkeepDeps, 'ledger' | 'uploads' | 'logger' | 'metrics'>): Promise<void> {
  const due = await ledger.keptUploads.expired(await ledger.read.now(), BATCH);
  for (const { token, upload } of due) {
    try {
      if (upload !== undefined) await uploads.remove(uploadName(upload));
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      logger.error({ err: error, left: due.length }, 'removing expired uploads failed; will try again');
      return;
    }
    await ledger.keptUploads.drop(token);
    metrics.sweeps.inc({ action: 'upload_expired' });
  }
}
