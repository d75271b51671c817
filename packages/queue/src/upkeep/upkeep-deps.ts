import type { Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { Ledger } from '@kieq/ledger';
import type { BlobStore, FileStore } from '@kieq/storage';
import type { Counter, Logger } from '@kieq/telemetry';
import type { Queues } from '../jobs/catalogue.ts';

/** Moving on what nothing else moves. */
export interface UpkeepDeps extends CreditProbeDeps {
  /** Images that callers uploaded. */
  readonly uploads: FileStore;
  /** Archived results; undefined in a worker without an archive. */
  readonly results: BlobStore | undefined;
  readonly metrics: { readonly sweeps: Counter<'action'>; readonly sweepRounds: Counter<'outcome'> };
  /** Name of this worker in the sweeper's lease. */
  readonly worker: string;
  readonly settings: {
    readonly onUnknown: 'hold' | 'pay-again';
    /** Whether Kie's own catalogue of models is read every week. Default off. */
    readonly catalogueRefresh?: 'off' | 'weekly';
  };
  /** In [0, 1). */
  readonly random: () => number;
}

/** Reading the balance, and dead letters of generations that wait for credits for too long. */
export interface CreditProbeDeps {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: Pick<KieClient, 'credits' | 'catalogue'>;
  readonly logger: Logger;
  readonly metrics: { readonly sweeps: Counter<'action'> };
  readonly timings: Timings;
  /** Aborted when the grace period is almost over: open calls must end now. */
  readonly deadline: AbortSignal;
}
