import type { Job } from 'bullmq';
import type { RedisClient } from '@kieq/redis';
import type { WorkerContext } from './context.ts';
import { createNoticeTaker } from './notify-processor.ts';
import { takePollJob } from './poll-processor.ts';
import { takeSubmitJob } from './submit-processor.ts';
import { Sweeper } from './sweeper.ts';
import { TakeLoop, type Taken } from './take-loop.ts';

export interface PoolWorkerOptions {
  readonly context: WorkerContext;
  /** Commands of the queues; BullMQ makes its own blocking connection from it. */
  readonly redis: RedisClient;
  readonly prefix: string;
  readonly submitConcurrency: number;
  readonly pollConcurrency: number;
  /** Callbacks to callers at once; at most a quarter of them to one origin. */
  readonly notifyConcurrency: number;
  readonly lockMs: number;
}

export interface PoolWorker {
  start(): Promise<void>;
  /** Takes no new work and resolves when running calls have ended. May be called twice. */
  stop(): Promise<void>;
  /** Jobs in work. */
  active(): PerLoop;
  /** How long each loop's present look for a job has lasted, in ms. */
  lookingForMs(): PerLoop;
}

type PerLoop = Readonly<Record<'submit' | 'poll' | 'notify', number>>;

/** One process's share of the pool: a loop per queue and the sweeper. */
export function createPoolWorker(options: PoolWorkerOptions): PoolWorker {
  const { context, redis, prefix, lockMs } = options;
  const loop = (
    queue: 'submit' | 'poll' | 'notify',
    concurrency: number,
    peek: () => Promise<number>,
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
    () => waitOf(context.ledger.peek()),
    (job) => takeSubmitJob(context, job),
  );
  const poll = loop(
    'poll',
    options.pollConcurrency,
    () => waitOf(context.ledger.peekPolls()),
    (job) => takePollJob(context, job),
  );
  const notify = loop(
    'notify',
    options.notifyConcurrency,
    () => Promise.resolve(0),
    createNoticeTaker(context, options.notifyConcurrency),
  );
  const sweeper = new Sweeper(context);
  let stopped: Promise<void> | undefined;
  return {
    async start() {
      await context.plan.refresh();
      await Promise.all([submit.start(), poll.start(), notify.start()]);
      sweeper.start();
    },
    stop() {
      stopped ??= Promise.all([submit.stop(), poll.stop(), notify.stop(), sweeper.stop()]).then(() => undefined);
      return stopped;
    },
    active: () => ({ submit: submit.activeCount, poll: poll.activeCount, notify: notify.activeCount }),
    lookingForMs: () => ({ submit: submit.lookingForMs, poll: poll.lookingForMs, notify: notify.lookingForMs }),
  };
}

async function waitOf(hint: Promise<{ ok: 'room' } | { ok: 'wait'; waitMs: number }>): Promise<number> {
  const reply = await hint;
  return reply.ok === 'room' ? 0 : reply.waitMs;
}
