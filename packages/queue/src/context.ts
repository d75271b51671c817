import type { Archive } from '@kieq/archive';
import type { Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { IntentDurability, Ledger, SettleArgs } from '@kieq/ledger';
import type { Outbound } from '@kieq/outbound';
import type { FileStore } from '@kieq/storage';
import type { Logger, Tracer } from '@kieq/telemetry';
import type { Queues } from './jobs/catalogue.ts';
import type { WorkerMetrics } from './status/metrics.ts';
import type { PollPlan } from './poll/poll-plan.ts';

/** What a pool's processors share. Clock, chance and HTTP come in from outside. */
export interface WorkerContext {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: KieClient;
  /** Calls the addresses that callers gave. */
  readonly outbound: Outbound;
  /** Signs callbacks to callers; without it they are sent unsigned. */
  readonly webhookSecret?: string;
  /** Images that callers uploaded. */
  readonly uploads: FileStore;
  /** Where results are kept; without it they are not. */
  readonly archive?: Archive;
  readonly logger: Logger;
  /** Writes spans of generations; `NO_TRACER` where tracing is off. */
  readonly tracer: Tracer;
  readonly metrics: WorkerMetrics;
  readonly timings: Timings;
  /** When to look at which task. */
  readonly plan: PollPlan;
  /** Name of this worker in attempts and leases, unique per process. */
  readonly worker: string;
  /** Fingerprint of the account whose key this worker holds. */
  readonly account: string;
  readonly settings: WorkerSettings;
  /** In [0, 1). */
  readonly random: () => number;
  /** Aborted when the grace period is almost over: open calls must end now. */
  readonly deadline: AbortSignal;
  /** Aborted when the process is about to end: the last moment to tell the log what Redis did not take. */
  readonly end: AbortSignal;
  /** Called once when the pool belongs to another account than this worker's key: it must stop submitting. */
  readonly onWrongAccount: () => void;
}

export interface WorkerSettings {
  readonly submitWindowMs: number;
  readonly queryTimeoutMs: number;
  readonly onUnknown: 'hold' | 'pay-again';
  readonly intentDurability: IntentDurability;
  /** Where Kie reaches the gateway; without it tasks carry no callback address. */
  readonly publicUrl?: string;
  /** What becomes of a success, see `settle`. */
  readonly archiveMode: SettleArgs['archive'];
  /** How often a transiently failed task is submitted again; failed tasks cost nothing. */
  readonly resubmitLimit: number;
}
