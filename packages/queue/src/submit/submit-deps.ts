import type { IntentDurability, Ledger } from '@kieq/ledger';
import type { KieClient } from '@kieq/kie';
import type { Timings } from '@kieq/domain';
import type { FileStore } from '@kieq/storage';
import type { Counter, Histogram, Logger, Tracer } from '@kieq/telemetry';
import type { Queues } from '../jobs/catalogue.ts';
import type { PersistDeps } from '../loop/persist.ts';
import type { PollPlan } from '../poll/poll-plan.ts';

/** Admission, and what to do with a job that gets none. */
export interface SubmitDeps {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly metrics: RecordlessDeps['metrics'];
  readonly timings: Timings;
  /** Name of this worker in attempts and leases, unique per process. */
  readonly worker: string;
  /** Fingerprint of the account whose key this worker holds. */
  readonly account: string;
  /** Called when the pool belongs to another account than this worker's key: the worker must stop submitting. */
  readonly onWrongAccount: () => void;
  readonly attempts: AttemptDeps;
  readonly uploading: UploadPassingDeps;
}

export interface RecordlessDeps {
  readonly logger: Logger;
  readonly metrics: { readonly recordlessJobs: Counter<never> };
}

/** The one paid call, and recording its response. */
export interface AttemptDeps extends PersistDeps {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: Pick<KieClient, 'createTask'>;
  readonly tracer: Tracer;
  readonly metrics: {
    readonly submissions: Counter<'class'>;
    readonly submitSeconds: Histogram<never>;
    readonly queueSeconds: Histogram<never>;
    readonly surplus: Counter<never>;
  };
  readonly timings: Timings;
  readonly plan: Pick<PollPlan, 'firstDelayMs' | 'rank'>;
  /** Name of this worker, for spans. */
  readonly worker: string;
  readonly settings: {
    readonly submitWindowMs: number;
    readonly intentDurability: IntentDurability;
    /** Where Kie reaches the gateway; without it tasks carry no callback address. */
    readonly publicUrl?: string;
  };
  /** In [0, 1). */
  readonly random: () => number;
  /** Aborted when the grace period is almost over: open calls must end now. */
  readonly deadline: AbortSignal;
}

/** Uploaded images on their way to Kie. */
export interface UploadPassingDeps {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: Pick<KieClient, 'upload'>;
  /** Images that callers uploaded. */
  readonly uploads: FileStore;
  readonly logger: Logger;
  readonly metrics: { readonly uploads: Counter<'outcome'> };
  readonly timings: Timings;
  readonly random: () => number;
  readonly deadline: AbortSignal;
}
