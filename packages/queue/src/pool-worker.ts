import type { Job } from 'bullmq';
import { Announcer } from './status/announcer.ts';
import { takeArchiveJob } from './archive/archive-processor.ts';
import { createDeliveryTaker } from './deliveries/delivery-processor.ts';
import { takePollJob } from './poll/poll-processor.ts';
import { takeSubmitJob } from './submit/submit-processor.ts';
import { Sweeper } from './upkeep/sweeper.ts';
import { TakeLoop, type Peek, type Taken } from './loop/take-loop.ts';
import type { WorkedQueue } from './jobs/catalogue.ts';
import { archiveDeps, deliveryDeps, pollDeps, submitDeps, upkeepDeps, type PoolWorkerOptions } from './wiring.ts';

export interface PoolWorker {
  start(): Promise<void>;
  /** Takes no new work and resolves when running calls have ended. May be called twice. */
  stop(): Promise<void>;
  /** Jobs in work. */
  active(): PerLoop;
  /** Duration of each loop's current request for a job, in ms. */
  idleForMs(): PerLoop;
}

type PerLoop = Readonly<Record<WorkedQueue, number>>;

/** One process's share of the pool: a loop per queue, the sweeper, and the announcement of the worker. */
export function createPoolWorker(options: PoolWorkerOptions): PoolWorker {
  const { lockMs, concurrency } = options;
  const { redis, prefix, ledger } = options.pool;
  const { logger, metrics } = options.observed;
  const loop = (queue: WorkedQueue, peek: () => Promise<Peek>, take: (job: Job) => Promise<Taken>) =>
    new TakeLoop({
      queue,
      redis,
      prefix,
      concurrency: concurrency[queue],
      lockMs,
      peek,
      take,
      logger: logger.child({ queue }),
      onEnd: (end) => metrics.jobEnds.inc({ queue, end }),
      onDefect: () => metrics.defects.inc({ queue }),
      onRestart: () => metrics.loopRestarts.inc({ queue }),
    });
  const submitting = submitDeps(options);
  const submit = loop(
    'submit',
    () => peekOf(ledger.peek()),
    (job) => takeSubmitJob(submitting, job),
  );
  const polling = pollDeps(options);
  const poll = loop(
    'poll',
    () => peekOf(ledger.peekPolls()),
    (job) => takePollJob(polling, job),
  );
  const notify = loop('notify', noLimit, createDeliveryTaker(deliveryDeps(options), concurrency.notify));
  const saving = archiveLoop(options, loop);
  const loops = [submit, poll, notify, ...(saving === undefined ? [] : [saving])];
  const sweeper = new Sweeper(upkeepDeps(options));
  const { worker, host } = options.identity;
  const { timings, plan } = options.timing;
  const announcer = new Announcer({ ledger, logger, timings, worker }, { host, queues: concurrencies(options) });
  let stopped: Promise<void> | undefined;
  // A Redis that comes back empty no longer knows that callbacks come.
  const reopen = (): void =>
    void announceCallbacks(options).catch((error: unknown) =>
      logger.warn({ err: error }, 'announcing in the pool that callbacks come failed'),
    );
  return {
    async start() {
      await announceCallbacks(options);
      redis.on('ready', reopen);
      await plan.refresh();
      await announcer.start();
      await Promise.all(loops.map((one) => one.start()));
      sweeper.start();
    },
    stop() {
      redis.off('ready', reopen);
      stopped ??= Promise.all([...loops, sweeper].map((one) => one.stop())).then(() => announcer.stop());
      return stopped;
    },
    active: () => ({
      submit: submit.activeCount,
      poll: poll.activeCount,
      archive: saving?.activeCount ?? 0,
      notify: notify.activeCount,
    }),
    idleForMs: () => ({
      submit: submit.idleForMs,
      poll: poll.idleForMs,
      archive: saving?.idleForMs ?? 0,
      notify: notify.idleForMs,
    }),
  };
}

/** Undefined where this worker keeps no results. */
function archiveLoop(
  options: PoolWorkerOptions,
  loop: (queue: WorkedQueue, peek: () => Promise<Peek>, take: (job: Job) => Promise<Taken>) => TakeLoop,
): TakeLoop | undefined {
  const { archive } = options.outside;
  if (archive === undefined) return undefined;
  const deps = archiveDeps(options, archive);
  return loop('archive', noLimit, (job) => takeArchiveJob(deps, job));
}

/** Before a task carries a callback address, the gateways know that callbacks come. */
async function announceCallbacks({ pool, settings }: Pick<PoolWorkerOptions, 'pool' | 'settings'>): Promise<void> {
  if (settings.publicUrl !== undefined) await pool.ledger.callbackAuth.open(settings.publicUrl);
}

/** How many jobs of each queue this worker does at once. */
function concurrencies({ concurrency, outside }: PoolWorkerOptions): Readonly<Record<string, number>> {
  const { archive, ...others } = concurrency;
  return outside.archive === undefined ? others : { ...others, archive };
}

/** Archiving and delivering need no slot of the ledger. */
function noLimit(): Promise<Peek> {
  return Promise.resolve({ slots: Number.POSITIVE_INFINITY });
}

async function peekOf(
  peek: Promise<{ kind: 'slots'; slots: number } | { kind: 'wait'; waitMs: number }>,
): Promise<Peek> {
  const reply = await peek;
  return reply.kind === 'slots' ? { slots: reply.slots } : { waitMs: reply.waitMs };
}
