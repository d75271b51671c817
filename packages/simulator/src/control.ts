import type { HoldFilter } from './holds.ts';
import type { FaultRule } from './faults.ts';
import type { Counts, LedgerView } from './ledger.ts';
import type { Failure, SimulatorConfiguration, SimulatorOptions } from './options.ts';

/** Selects running tasks; without a field, all of them. */
export interface TaskFilter {
  readonly taskId?: string | undefined;
  /** Part of the prompt. */
  readonly prompt?: string | undefined;
}

/** The ledger in a few numbers. */
export interface Summary extends Counts {
  readonly running: number;
  readonly balance: number;
  readonly heldCredits: number;
  readonly chargedCredits: number;
  readonly refundedCredits: number;
  /** Refusals by code. */
  readonly refusedByCode: Record<string, number>;
  /** Struck faults of createTask by kind. */
  readonly faultsByKind: Record<string, number>;
  /** Prompts with more than one task that was not refunded: paid twice, unless the test sent equal prompts. */
  readonly paidTwice: string[];
  /** Most POSTs in any window of the configured rate limit (10 s without one). */
  readonly maxSubmissionsPerWindow: number;
  readonly maxQueriesPerSecond: number;
  readonly faultsLeft: number;
}

/** What can be done to a running simulator, in process and by HTTP. */
export interface Control {
  readonly ledger: LedgerView;
  readonly options: SimulatorOptions;
  /** Changes options; nested objects are replaced as a whole, `credits` also sets the balance, `seed` starts the draws anew. Throws a ZodError. */
  configure(part: SimulatorConfiguration): void;
  /** Adds faults behind those already there. Throws a ZodError. */
  script(rules: readonly FaultRule[]): void;
  clearFaults(): void;
  /** Lets answers go that a `hold` fault keeps back; returns how many. */
  release(filter?: HoldFilter): number;
  /** Ends running tasks now: with this failure, or as they would have ended; returns how many. */
  finish(filter?: TaskFilter, failure?: Failure): number;
  /** Adds credits; returns the balance. */
  topUp(credits: number): number;
  /** Forgets tasks, ledger, faults and uploads; options stay. */
  reset(): void;
  summary(): Summary;
  /** Resolves when `condition` holds for the counters, or after `timeoutMs` (default 10000) rejects. */
  waitUntil(condition: (counts: Readonly<Counts>) => boolean, timeoutMs?: number): Promise<void>;
}
