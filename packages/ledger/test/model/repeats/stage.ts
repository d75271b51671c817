import type { Pool } from '../../integration/fixture.ts';

/** A pool whose clock stops until the test moves it. */
export interface Stage {
  readonly pool: Pool;
  /** Moves the ledger's clock on. */
  pass(ms: number): void;
}

/** Prepares a situation and gives back the call, of which the last script is the one that is sent twice. */
type Case = (stage: Stage) => Promise<() => Promise<unknown>>;
/** By the kind of the reply; words after a colon distinguish cases with the same reply. */
export type Cases = Readonly<Record<string, Case>>;

export const NOWHERE = 'gen_nowhere000';
/** As the tests of this folder configure their pools. */
export const LIMITS = {
  submitLimit: 3,
  submitWindowMs: 10_000,
  submitTimeoutMs: 20_000,
  maxInFlight: 100,
  unknownWindowMs: 1_800_000,
  creditDeadlineMs: 3_600_000,
  deadlineMs: 86_400_000,
  holdMs: 86_400_000,
  pollLimitPerSecond: 2,
  pollLimitMaxPerSecond: 3,
  retentionMs: 7_776_000_000,
};
/** From admission to the end of the lease: send deadline, timeout, grace, and rounding up. */
export const LEASE_MS = 30_001;

/** No preparation. */
export function plain(call: (stage: Stage) => Promise<unknown>): Case {
  return (stage) => Promise.resolve(() => call(stage));
}
