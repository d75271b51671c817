import type { Archive } from '@kieq/archive';
import type { Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { Ledger } from '@kieq/ledger';
import type { Counter, Histogram, Logger } from '@kieq/telemetry';
import type { Queues } from '../jobs/catalogue.ts';
import type { PersistDeps } from '../loop/persist.ts';

/** Saving the results of a generation. */
export interface ArchiveDeps extends PersistDeps, FreshLinkDeps {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly archive: Archive;
  readonly logger: Logger;
  readonly metrics: {
    readonly archives: Counter<'outcome'>;
    readonly archiveBytes: Counter<never>;
    readonly archiveSeconds: Histogram<never>;
  };
  readonly timings: Timings;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Asking Kie for another link to a result. */
export interface FreshLinkDeps {
  readonly ledger: Pick<Ledger, 'pollPermit' | 'pollDone'>;
  readonly kie: Pick<KieClient, 'downloadUrl' | 'recordInfo'>;
  readonly logger: Logger;
  readonly settings: { readonly queryTimeoutMs: number };
  /** Aborted when the grace period is almost over: open calls must end now. */
  readonly deadline: AbortSignal;
}
