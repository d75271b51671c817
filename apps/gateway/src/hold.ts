import type { Ledger } from '@kieq/ledger';
import { cached } from './cached.ts';

/** A person changes it rarely. */
const TTL_MS = 5_000;
/** `KIEQ_HOLD_MS` of a pool that no worker has set up yet. */
const DEFAULT_MS = 86_400_000;

/** Reads `KIEQ_HOLD_MS` as the pool has it, in ms. */
export function holdReader(ledger: Ledger): () => Promise<number> {
  return cached(async () => {
    const { holdMs } = await ledger.settings.stored();
    const ms = Number(holdMs);
    return holdMs === undefined || !Number.isFinite(ms) ? DEFAULT_MS : ms;
  }, TTL_MS);
}
