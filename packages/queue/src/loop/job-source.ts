import type { Job } from 'bullmq';
import type { RedisClient } from '@kieq/redis';
import type { Logger } from '@kieq/telemetry';
import type { QueueName } from '../jobs/catalogue.ts';
import { applyJobEnd, type JobEnd } from './job-end.ts';
import { TolerantWorker } from './tolerant-worker.ts';
import { isUnreadable, mendUnreadable } from './unreadable-job.ts';
import { forgetStart, giveBackUnseen, lockedBy } from './unseen-job.ts';

/**
 * A take loop blocks for at most 1 s, BullMQ gives a blocking connection up 1 s later, and a command is sent again
 * after 15 s of silence: a request that takes longer although Redis responds will never return.
 */
const STUCK_MS = 30_000;

/** How long a request for a job may go on after the close: enough for a reply that is on its way. In ms. */
const LAST_ANSWER_MS = 1_000;

export interface JobSourceOptions {
  readonly queue: QueueName;
  readonly redis: RedisClient;
  readonly prefix: string;
  readonly lockMs: number;
  readonly logger: Logger;
  /** Longest duration of a request for a job while Redis can be reached, in ms. Default 30 000. */
  readonly stuckMs?: number;
  /** Called when BullMQ's worker had to be replaced. */
  readonly onRestart?: () => void;
  /** Default: a `TolerantWorker` with connections of its own for blocking. */
  readonly openWorker?: () => TolerantWorker;
}

/** A job that this worker holds, with the token of its lock. */
export interface TakenJob {
  readonly job: Job;
  readonly token: string;
}

/**
 * Where a take loop gets its jobs: a BullMQ worker without processor and main loop. One that does not come back although
 * Redis can be reached (a blocking connection that was lost and never opened again) is replaced by a new one.
 */
export class JobSource {
  readonly #options: JobSourceOptions;
  #worker: TolerantWorker;
  #asked = 0;
  #isEmpty = false;
  #isClosed = false;
  #giveUp = (): void => {};
  #stuckTimer: NodeJS.Timeout | undefined;
  #lastAnswer: NodeJS.Timeout | undefined;

  constructor(options: JobSourceOptions) {
    this.#options = options;
    this.#worker = this.#open();
  }

  /** Resolves when both connections are open, and checks for stalled jobs from then on. */
  async start(): Promise<void> {
    await this.#worker.waitUntilReady();
    await this.#worker.startStalledCheckTimer();
  }

  /** Whether the last request found no job: the next one may block for a while. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** The next job, or undefined if there was none for a while. */
  async next(): Promise<TakenJob | undefined> {
    this.#asked += 1;
    const token = `${this.#worker.id}:${this.#asked}`;
    const asked = this.#ask(this.#worker, token);
    const first = await this.#unlessStuck(asked);
    if (first !== 'stuck') {
      this.#isEmpty = first === undefined;
      return first === undefined ? undefined : { job: first, token };
    }
    this.#giveBackLater(asked, token);
    await this.#replace();
    return undefined;
  }

  /**
   * Applies the end of a job, and takes the next one in the same step where that is asked for: only completing can.
   * @throws where the lock is lost
   */
  async apply({ job, token }: TakenJob, end: JobEnd, takesNext: boolean): Promise<TakenJob | undefined> {
    if (takesNext && end.kind === 'complete') return this.#completeAndTake({ job, token }, end.result);
    await applyJobEnd(job, token, end);
    return undefined;
  }

  async #completeAndTake({ job, token }: TakenJob, result: string): Promise<TakenJob | undefined> {
    const worker = this.#worker;
    try {
      const next = await worker.completeAndTake(job, token, result);
      return next === undefined ? undefined : { job: next, token };
    } catch (error) {
      if (isUnreadable(error)) return this.#mend(worker, token, error);
      await this.#giveBackUnreported(worker, job, token);
      throw error;
    }
  }

  /** For a job that goes back before a processor has seen it: it counts as not started. */
  async forgetStart({ job, token }: TakenJob): Promise<void> {
    if (job.id !== undefined) await forgetStart(this.#options.redis, this.#worker, job.id, token);
  }

  /**
   * BullMQ wakes workers that block on an empty queue by a marker, and forgets it when a job with a priority
   * is given back: without this the job would wait until their blocking call times out after five seconds.
   */
  async wakeBlocked(): Promise<void> {
    await this.#options.redis.zadd(this.#worker.toKey('marker'), 0, '0');
  }

  /**
   * Ends a pending `next`: closing ends a blocking call, except between two connections, where ioredis forgets the
   * commands that wait for the next one.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#lastAnswer = setTimeout(() => this.#giveUp(), LAST_ANSWER_MS).unref();
    await this.#worker.close(true);
  }

  #open(): TolerantWorker {
    const { queue, redis, prefix, lockMs, logger, openWorker } = this.#options;
    const worker =
      openWorker?.() ??
      new TolerantWorker(queue, null, {
        connection: redis,
        prefix,
        autorun: false,
        lockDuration: lockMs,
        stalledInterval: Math.ceil(lockMs / 3),
        // The ledger protects against repetition; BullMQ must never fail a job for having stalled.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
      });
    worker.on('error', (error) => logger.warn({ err: error, queue }, 'the queue connection has an error'));
    worker.on('stalled', (job) => logger.warn({ job, queue }, 'took over a stalled job'));
    return worker;
  }

  /** Undefined also where there was a job that could not be read: it has been mended, and comes again. */
  async #ask(worker: TolerantWorker, token: string): Promise<Job | undefined> {
    try {
      return await worker.getNextJob(token, { block: this.#isEmpty });
    } catch (error) {
      if (isUnreadable(error)) return this.#mend(worker, token, error);
      throw error;
    }
  }

  async #mend(worker: TolerantWorker, token: string, error: unknown): Promise<undefined> {
    const { redis, logger, queue } = this.#options;
    logger.warn(
      { err: error, queue },
      'a job has options or other fields that are not JSON; the worker takes it without them',
    );
    await mendUnreadable(redis, worker, token);
  }

  /**
   * A command whose reply was lost is sent a second time, and fails: the job of the first one is complete, and the job
   * that it took would be held until its lock ends.
   */
  async #giveBackUnreported(worker: TolerantWorker, completed: Job, token: string): Promise<void> {
    const { redis, logger, queue } = this.#options;
    try {
      const id = await lockedBy(redis, worker, token);
      if (id === undefined || id === completed.id) return;
      await giveBackUnseen(redis, worker, id, token);
      await this.wakeBlocked();
    } catch (error) {
      logger.warn(
        { err: error, queue },
        'a job was taken by a command whose reply was lost, and could not be given back; another worker takes it when its lock ends',
      );
    }
  }

  /**
   * The reply, or `stuck` if none comes. While Redis is unreachable nothing is stuck: everything waits for its return.
   */
  async #unlessStuck(asked: Promise<Job | undefined>): Promise<Job | undefined | 'stuck'> {
    const givenUp = new Promise<'stuck'>((resolve) => (this.#giveUp = () => resolve('stuck')));
    this.#startStuckTimer();
    try {
      return await Promise.race([asked, givenUp]);
    } finally {
      clearTimeout(this.#stuckTimer);
      clearTimeout(this.#lastAnswer);
    }
  }

  #startStuckTimer(): void {
    const { redis, stuckMs = STUCK_MS } = this.#options;
    this.#stuckTimer = setTimeout(() => {
      if (redis.status === 'ready') this.#giveUp();
      else this.#startStuckTimer();
    }, stuckMs);
  }

  async #replace(): Promise<void> {
    const { queue, logger, onRestart } = this.#options;
    if (this.#isClosed) return;
    logger.error({ queue }, 'asking for a job did not return; the worker opens the queue again');
    onRestart?.();
    const stuck = this.#worker;
    this.#worker = this.#open();
    // Not awaited: it may hang as well, and takes nothing any more.
    stuck.close(true).catch((error: unknown) => logger.warn({ err: error, queue }, 'closing a stuck queue failed'));
    await this.#worker.startStalledCheckTimer();
  }

  /** A job that arrives late goes back to the queue; if this fails, its lock ends and another worker takes it. */
  #giveBackLater(asked: Promise<Job | undefined>, token: string): void {
    const { queue, logger } = this.#options;
    asked
      .then(async (job) => {
        if (job === undefined) return;
        await this.forgetStart({ job, token });
        await job.moveToWait(token);
        await this.wakeBlocked();
      })
      .catch((error: unknown) => logger.warn({ err: error, queue }, 'a late request for a job failed'));
  }
}
