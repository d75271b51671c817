import type { Job } from 'bullmq';
import type { Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { Ledger, SettleArgs } from '@kieq/ledger';
import type { Counter, Histogram, Logger, Tracer } from '@kieq/telemetry';
import type { Queues } from '../jobs/catalogue.ts';
import type { PersistDeps } from '../loop/persist.ts';
import type { Taken } from '../loop/take-loop.ts';
import type { PollPlan } from './poll-plan.ts';

/** Polling tasks within the query budget, and settling their verdicts. */
export interface PollDeps extends PersistDeps, MissingResultDeps, PermitDeps, LessonDeps {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: Pick<KieClient, 'recordInfo'>;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly metrics: PollMetrics;
  readonly timings: Timings;
  /** Fingerprint of the account whose key this worker holds. */
  readonly account: string;
  readonly settings: {
    readonly queryTimeoutMs: number;
    /** What becomes of a success, see `settle`. */
    readonly archiveMode: SettleArgs['archive'];
    /** How many times a transiently failed task is submitted again; failed tasks cost nothing. */
    readonly resubmitLimit: number;
  };
  /** Takes the job of a claim, which shares the queue and the budget (`adopt`). */
  readonly takeClaim: (job: Job, id: string, taskId: string) => Promise<Taken>;
}

interface PollMetrics {
  readonly polls: Counter<'seen'>;
  readonly pollSeconds: Histogram<never>;
  readonly pollsPerTask: Histogram<never>;
  readonly detectionSeconds: Histogram<never>;
  readonly generationSeconds: Histogram<'end'>;
  readonly vendorStates: Counter<'state'>;
  readonly massDenials: Counter<never>;
  readonly unreadableResults: Counter<never>;
}

export interface MissingResultDeps {
  readonly logger: Logger;
  readonly metrics: Pick<PollMetrics, 'unreadableResults'>;
}

/** When to poll, and what a verdict teaches. */
export interface LessonDeps {
  readonly plan: Pick<PollPlan, 'nextDelayMs' | 'rank' | 'horizonMs'>;
  readonly timings: Timings;
  readonly metrics: Pick<PollMetrics, 'generationSeconds' | 'pollsPerTask' | 'detectionSeconds'>;
}

/** Permits of a worker's own queries. */
export interface PermitDeps {
  readonly ledger: Pick<Ledger, 'pollPermit' | 'pollDone'>;
  readonly settings: { readonly queryTimeoutMs: number };
  /** Aborted when the grace period is almost over: open calls must end now. */
  readonly deadline: AbortSignal;
}
