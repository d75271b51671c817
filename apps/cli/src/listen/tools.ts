import { setTimeout as wait } from 'node:timers/promises';
import { createOutbound, type Outbound } from '@kieq/outbound';

/** What `kieq listen` takes from the system; tests give their own. */
export interface Tools {
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Returns early, and without an error, when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The workers' client, which may call every address here. */
  readonly outbound: Pick<Outbound, 'post'>;
}

export const SYSTEM: Tools = {
  nowMs: () => Date.now(),
  random: Math.random,
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  outbound: createOutbound({ allowPrivate: true }),
};
