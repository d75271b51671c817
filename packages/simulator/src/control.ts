import type { HoldFilter } from './holds.ts';
import type { FaultRule } from './fault-rules.ts';
import type { Counts, LedgerView } from './ledger.ts';
import type { Failure, Price, SimulatorConfiguration, SimulatorOptions } from './configuration.ts';

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
  /** Refused POSTs by code. */
  readonly refusedByCode: Record<string, number>;
  /** Faults of createTask that struck, by kind. */
  readonly faultsByKind: Record<string, number>;
  /** Prompts with more than one task that was not refunded: paid twice, unless the test sent equal prompts. */
  readonly paidTwice: string[];
  /** Most POSTs in any window of the configured rate limit (10 s without one). */
  readonly maxSubmissionsPerWindow: number;
  readonly maxQueriesPerSecond: number;
  readonly faultsLeft: number;
  /** Why results are the shipped MP4; null where they are rendered, and before the first one. */
  readonly notRendered: string | null;
}

/** Control of a running simulator, in process and by HTTP. */
export interface Control {
  readonly ledger: LedgerView;
  readonly options: SimulatorOptions;
  /** Changes options; nested objects are replaced as a whole, `credits` also sets the balance, `seed` restarts the draws. Throws a SimulatorError. */
  configure(part: SimulatorConfiguration): void;
  /** Adds faults after those already scripted. Throws a SimulatorError. */
  script(rules: readonly FaultRule[]): void;
  clearFaults(): void;
  /** Sends the answers that a `hold` fault keeps back; returns how many. */
  release(filter?: HoldFilter): number;
  /** Ends running tasks now: with this failure, or as they would have ended; returns how many. */
  finish(filter?: TaskFilter, failure?: Failure): number;
  /** Adds credits; returns the balance. */
  topUp(credits: number): number;
  /**
   * Changes what a model costs from now on: credits per task, or its built-in price times a factor; null: the built-in
   * price again. Tasks that exist keep theirs. Throws a SimulatorError.
   */
  setPrice(model: string, price: Price | null): void;
  /** Forgets tasks, ledger, faults and uploads; options stay. */
  reset(): void;
  summary(): Summary;
  /** Resolves when `condition` holds for the counters, or after `timeoutMs` (default 10000) rejects. */
  waitUntil(condition: (counts: Readonly<Counts>) => boolean, timeoutMs?: number): Promise<void>;
}
