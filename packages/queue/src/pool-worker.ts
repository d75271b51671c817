import type { Job } from 'bullmq';
import type { RedisClient } from '@kieq/redis';
import type { WorkerContext } from './context.ts';
import { Announcer } from './status/announcer.ts';
import { takeArchiveJob } from './archive/archive-processor.ts';
import { createDeliveryTaker } from './deliveries/delivery-processor.ts';
import { takePollJob } from './poll/poll-processor.ts';
import { takeSubmitJob } from './submit/submit-processor.ts';
import { Sweeper } from './upkeep/sweeper.ts';
import { TakeLoop, type Peek, type Taken } from './loop/take-loop.ts';
import type { WorkedQueue } from './jobs/worked-queues.ts';

export interface PoolWorkerOptions {
  readonly context: WorkerContext;
  /** Commands of the queues; BullMQ makes its own blocking connection from it. */
  readonly redis: RedisClient;
  readonly prefix: string;
  /** Where this worker runs, for people. */
  readonly host: string;
  readonly submitConcurrency: number;
  readonly pollConcurrency: number;
  /** Callbacks to callers at once; at most a quarter of them to one origin. */
  readonly notifyConcurrency: number;
  /** Generations whose results are saved at once. */
  readonly archiveConcurrency: number;
  readonly lockMs: number;
}

export interface PoolWorker {
  start(): Promise<void>;
  /** Takes no new work and resolves when running calls have ended. May be called twice. */
  stop(): Promise<void>;
  /** Jobs in work. */
  active(): PerLoop;
  /** How long each loop's present look for a job has lasted, in ms. */
  idleForMs(): PerLoop;
}

type PerLoop = Readonly<Record<WorkedQueue, number>>;

/** One process's share of the pool: a loop per queue, the sweeper, and the word that it is there. */
export function createPoolWorker(options: PoolWorkerOptions): PoolWorker {
  const { context, redis, prefix, lockMs } = options;
  const loop = (
    queue: WorkedQueue,
    concurrency: number,
    peek: () => Promise<Peek>,
    take: (job: Job) => Promise<Taken>,
  ) =>
    new TakeLoop({
      queue,
      redis,
      prefix,
      concurrency,
      lockMs,
      peek,
      take,
      logger: context.logger.child({ queue }),
      onEnd: (end) => context.metrics.jobEnds.inc({ queue, end }),
      onDefect: () => context.metrics.defects.inc({ queue }),
      onRestart: () => context.metrics.loopRestarts.inc({ queue }),
    });
  const submit = loop(
    'submit',
    options.submitConcurrency,
    () => peekOf(context.ledger.peek()),
    (job) => takeSubmitJob(context, job),
  );
  const poll = loop(
    'poll',
    options.pollConcurrency,
    () => peekOf(context.ledger.peekPolls()),
    (job) => takePollJob(context, job),
  );
  const notify = loop(
    'notify',
    options.notifyConcurrency,
    noLimit,
    createDeliveryTaker(context, options.notifyConcurrency),
  );
  const { archive } = context;
  const saving =
    archive === undefined
      ? undefined
      : loop('archive', options.archiveConcurrency, noLimit, (job) => takeArchiveJob(context, archive, job));
  const loops = [submit, poll, notify, ...(saving === undefined ? [] : [saving])];
  const sweeper = new Sweeper(context);
  const announcer = new Announcer(context, { host: options.host, queues: concurrencies(options) });
  let stopped: Promise<void> | undefined;
  // A Redis that comes back empty has forgotten that callbacks come.
  const reopen = (): void =>
    void announceCallbacks(context).catch((error: unknown) =>
      context.logger.warn({ err: error }, 'the pool could not be told that callbacks come'),
    );
  return {
    async start() {
      await announceCallbacks(context);
      redis.on('ready', reopen);
      await context.plan.refresh();
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

/** Before a task carries a callback address, the gateways know that one comes. */
async function announceCallbacks({ ledger, settings }: WorkerContext): Promise<void> {
  if (settings.publicUrl !== undefined) await ledger.callbackAuth.open(settings.publicUrl);
}

/** How many jobs of each queue it does at once. */
function concurrencies({ context, ...options }: PoolWorkerOptions): Readonly<Record<string, number>> {
  return {
    submit: options.submitConcurrency,
    poll: options.pollConcurrency,
    ...(context.archive === undefined ? {} : { archive: options.archiveConcurrency }),
    notify: options.notifyConcurrency,
  };
}

/** Who saves results, or tells callers, asks nobody for a place. */
function noLimit(): Promise<Peek> {
  return Promise.resolve({ slots: Number.POSITIVE_INFINITY });
}

async function peekOf(
  peek: Promise<{ kind: 'slots'; slots: number } | { kind: 'wait'; waitMs: number }>,
): Promise<Peek> {
  const reply = await peek;
  return reply.kind === 'slots' ? { slots: reply.slots } : { waitMs: reply.waitMs };
}
