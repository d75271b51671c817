import type { Archive } from '@kieq/archive';
import type { Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { IntentDurability, Ledger, SettleArgs } from '@kieq/ledger';
import type { Outbound } from '@kieq/outbound';
import type { RedisClient } from '@kieq/redis';
import type { FileStore } from '@kieq/storage';
import type { Logger, Tracer } from '@kieq/telemetry';
import { takeClaimJob, type ClaimDeps } from './adopt/claim-processor.ts';
import type { ArchiveDeps } from './archive/archive-deps.ts';
import type { DeliveryDeps } from './deliveries/delivery-processor.ts';
import type { Queues, WorkedQueue } from './jobs/catalogue.ts';
import type { PollDeps } from './poll/poll-deps.ts';
import type { PollPlan } from './poll/poll-plan.ts';
import type { WorkerMetrics } from './status/metrics.ts';
import type { SubmitDeps } from './submit/submit-deps.ts';
import type { UpkeepDeps } from './upkeep/upkeep-deps.ts';

/** What a worker is made of, by subject. Clock, chance and HTTP come in from outside. No processor sees it. */
export interface PoolWorkerOptions {
  readonly identity: WorkerIdentity;
  readonly pool: PoolAccess;
  readonly outside: WorkerOutside;
  readonly observed: Observed;
  readonly timing: WorkerTiming;
  readonly settings: WorkerSettings;
  readonly ending: WorkerEnding;
  /** Jobs of each queue at once. At most a quarter of the deliveries go to one origin. */
  readonly concurrency: Readonly<Record<WorkedQueue, number>>;
  readonly lockMs: number;
}

interface WorkerIdentity {
  /** Name of this worker in attempts and leases, unique per process. */
  readonly worker: string;
  /** Fingerprint of the account whose key this worker holds. */
  readonly account: string;
  /** The machine, shown to operators. */
  readonly host: string;
}

interface PoolAccess {
  /** Commands of the queues; BullMQ makes its own blocking connection from it. */
  readonly redis: RedisClient;
  readonly prefix: string;
  readonly ledger: Ledger;
  readonly queues: Queues;
}

interface WorkerOutside {
  readonly kie: KieClient;
  /** Calls the addresses that callers gave. */
  readonly outbound: Outbound;
  /** Signs deliveries; without it they are sent unsigned. */
  readonly webhookSecret?: string;
  /** Images that callers uploaded. */
  readonly uploads: FileStore;
  /** Where results are kept; without it they are not. */
  readonly archive?: Archive;
}

interface Observed {
  readonly logger: Logger;
  /** Writes spans of generations; `NO_TRACER` where tracing is off. */
  readonly tracer: Tracer;
  readonly metrics: WorkerMetrics;
}

interface WorkerTiming {
  readonly timings: Timings;
  /** When to poll which task. */
  readonly plan: PollPlan;
  /** In [0, 1). */
  readonly random: () => number;
}

interface WorkerEnding {
  /** Aborted when the grace period is almost over: open calls must end now. */
  readonly deadline: AbortSignal;
  /** Aborted when the process is about to end: the last moment to log what Redis did not take. */
  readonly end: AbortSignal;
  /** Called when the pool belongs to another account than this worker's key: the worker must stop submitting. */
  readonly onWrongAccount: () => void;
}

export interface WorkerSettings {
  readonly submitWindowMs: number;
  readonly queryTimeoutMs: number;
  readonly onUnknown: 'hold' | 'pay-again';
  /** Whether Kie's own catalogue of models is read every week. Default off. */
  readonly catalogueRefresh?: 'off' | 'weekly';
  readonly intentDurability: IntentDurability;
  /** Where Kie reaches the gateway; without it tasks carry no callback address. */
  readonly publicUrl?: string;
  /** What becomes of a success, see `settle`. */
  readonly archiveMode: SettleArgs['archive'];
  /** How many times a transiently failed task is submitted again; failed tasks cost nothing. */
  readonly resubmitLimit: number;
}

export function submitDeps({
  identity,
  pool,
  outside,
  observed,
  timing,
  settings,
  ending,
}: PoolWorkerOptions): SubmitDeps {
  const { worker, account } = identity;
  const { ledger, queues } = pool;
  const { kie, uploads } = outside;
  const { logger, tracer, metrics } = observed;
  const { timings, plan, random } = timing;
  const { deadline, end, onWrongAccount } = ending;
  const admission = { ledger, queues, logger, tracer, metrics, timings, worker, account, onWrongAccount };
  return {
    ...admission,
    attempts: { ledger, queues, kie, logger, tracer, metrics, timings, plan, worker, settings, random, deadline, end },
    uploading: { ledger, queues, kie, uploads, logger, metrics, timings, random, deadline },
  };
}

export function pollDeps(options: PoolWorkerOptions): PollDeps {
  const { identity, pool, outside, observed, timing, settings, ending } = options;
  const { ledger, queues } = pool;
  const { logger, tracer, metrics } = observed;
  const { timings, plan } = timing;
  const { deadline, end } = ending;
  const { kie } = outside;
  const claims: ClaimDeps = { ledger, queues, kie, logger, metrics, timings, settings, deadline };
  const polling = { ledger, queues, kie, logger, tracer, metrics, timings, plan, settings, deadline, end };
  return {
    ...polling,
    account: identity.account,
    takeClaim: (job, id, taskId) => takeClaimJob(claims, job, id, taskId),
  };
}

/** @param archive where this worker keeps results */
export function archiveDeps(options: PoolWorkerOptions, archive: Archive): ArchiveDeps {
  const { pool, outside, observed, timing, settings, ending } = options;
  const { ledger, queues } = pool;
  const { logger, metrics } = observed;
  const { timings, random } = timing;
  const { deadline, end } = ending;
  return { ledger, queues, kie: outside.kie, archive, logger, metrics, timings, random, settings, deadline, end };
}

export function deliveryDeps({ pool, outside, observed, timing, ending }: PoolWorkerOptions): DeliveryDeps {
  const { outbound, webhookSecret, archive } = outside;
  const { logger, tracer, metrics } = observed;
  const { timings, random } = timing;
  const { deadline, end } = ending;
  const delivering = { ledger: pool.ledger, outbound, logger, tracer, metrics, timings, random, deadline, end };
  return { ...delivering, results: archive?.store, ...(webhookSecret === undefined ? {} : { webhookSecret }) };
}

export function upkeepDeps(options: PoolWorkerOptions): UpkeepDeps {
  const { identity, pool, outside, observed, timing, settings, ending } = options;
  const { ledger, queues } = pool;
  const { kie, uploads, archive } = outside;
  const { logger, metrics } = observed;
  const { timings, random } = timing;
  const sweeping = {
    ledger,
    queues,
    kie,
    uploads,
    results: archive?.store,
    logger,
    metrics,
    timings,
    random,
    settings,
  };
  return { ...sweeping, worker: identity.worker, deadline: ending.deadline };
}
