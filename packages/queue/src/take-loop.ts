import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { applyJobEnd, type JobEnd } from './job-end.ts';
import { JobSource, type JobSourceOptions } from './job-source.ts';
import { at, within, type LoopQueue } from './kill-points.ts';
import { idOf } from './vehicles.ts';

/** Waits for admission are asked again at least this often, so that a gate that opens early takes effect. */
const RECHECK_MS = 500;
/** Pause after an unexpected error of Redis or BullMQ before the loop goes on. */
const ERROR_PAUSE_MS = 1000;

/** What the processor says about a job that was just taken: an end at once, or work to do beside the loop. */
export type Taken = { readonly end: JobEnd } | { readonly work: () => Promise<JobEnd> };

/** `lockMs`: job lock; a dead worker's jobs are taken over within about twice that. */
export interface TakeLoopOptions extends JobSourceOptions {
  readonly queue: LoopQueue;
  readonly concurrency: number;
  /** Ms until the ledger may have a place; 0 means take a job now. */
  readonly peek: () => Promise<number>;
  /** Runs in order, one job at a time: parses and admits. */
  readonly take: (job: Job) => Promise<Taken>;
  /** Called with every job's end, for metrics. */
  readonly onEnd?: (end: JobEnd['kind']) => void;
  /** Called when processing failed by an error that nobody foresaw, for metrics. */
  readonly onDefect?: () => void;
}

/**
 * Takes jobs only when the ledger has a place for them, which BullMQ's own loop cannot: while a call is open
 * it does not look again until that call ends (docs/decisions/0002). Stalled jobs, blocking on an empty queue
 * and all moves of jobs are BullMQ's.
 *
 * Modes: running, from `start` on; stopping, from `stop` on: takes nothing more, what is active goes on;
 * stopped, when `stop` resolves. Invariant: every taken job is in `active` until its end is applied.
 */
export class TakeLoop {
  readonly #options: TakeLoopOptions;
  readonly #source: JobSource;
  readonly #active = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #lookingSince: number | undefined;

  constructor(options: TakeLoopOptions) {
    this.#options = options;
    this.#source = new JobSource(options);
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** How long the present look for a job has lasted, in ms; 0 while it waits for its own work to end. */
  get lookingForMs(): number {
    return this.#lookingSince === undefined ? 0 : performance.now() - this.#lookingSince;
  }

  async start(): Promise<void> {
    await this.#source.start();
    this.#loop = this.#run();
  }

  /** Takes nothing more; resolves when every active job has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#active);
    // Only now: jobs need the connection for their end, and closing is what wakes a loop blocked on an empty queue.
    await this.#source.close();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        if (this.#active.size >= this.#options.concurrency) await Promise.race(this.#active);
        else await this.#look();
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.logger.error({ err: error, queue: this.#options.queue }, 'taking a job failed');
        await this.#pause(ERROR_PAUSE_MS);
      }
    }
  }

  async #look(): Promise<void> {
    this.#lookingSince = performance.now();
    try {
      await this.#takeNext();
    } finally {
      this.#lookingSince = undefined;
    }
  }

  async #takeNext(): Promise<void> {
    const { queue } = this.#options;
    const waitMs = await at(`${queue}.peek`, () => this.#options.peek());
    if (waitMs > 0) return this.#pause(Math.min(waitMs, RECHECK_MS));
    const next = await at(`${queue}.take`, () => this.#source.next());
    if (next === undefined) return;
    const { job, token } = next;
    if (this.#stopping.signal.aborted) return applyJobEnd(job, token, { kind: 'give_back' });
    await within(idOf(job), () => this.#handle(job, token));
  }

  async #handle(job: Job, token: string): Promise<void> {
    const taking = this.#guard(
      job,
      () => this.#options.take(job),
      (end): Taken => ({ end }),
    );
    // Active from here on: `stop` must also wait for what is admitted while it is called.
    const running = this.#finish(job, token, taking);
    this.#active.add(running);
    void running.finally(() => this.#active.delete(running));
    // An end at once is applied before the next job is taken, so that a job given back is first again.
    if ('end' in (await taking)) await running;
  }

  async #finish(job: Job, token: string, taking: Promise<Taken>): Promise<void> {
    const release = this.#keepLock(job, token);
    const taken = await taking;
    const end = 'end' in taken ? taken.end : await this.#guard(job, taken.work, (failed) => failed);
    release();
    try {
      const { queue } = this.#options;
      await at(`${queue}.${end.kind}`, () => applyJobEnd(job, token, end));
      if (end.kind === 'give_back') await at(`${queue}.wake`, () => this.#source.wakeBlocked());
      this.#options.onEnd?.(end.kind);
    } catch (error) {
      // The lock was lost: another worker has the job, and the ledger decides what it may do with it.
      this.#options.logger.warn(
        { err: error, job: job.id, end: end.kind },
        'the job was taken over before its end was recorded',
      );
    }
  }

  /** A defect of a processor must neither end the process nor lose the job: it fails visibly, the sweeper revives it. */
  async #guard<Value>(job: Job, step: () => Promise<Value>, failed: (end: JobEnd) => Value): Promise<Value> {
    try {
      return await step();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.logger.error({ err: error, job: idOf(job), queue: this.#options.queue }, 'processing failed');
      this.#options.onDefect?.();
      return failed({ kind: 'fail', reason });
    }
  }

  #keepLock(job: Job, token: string): () => void {
    const timer = setInterval(() => {
      at(`${this.#options.queue}.lock`, () => job.extendLock(token, this.#options.lockMs)).catch((error: unknown) => {
        this.#options.logger.warn({ err: error, job: job.id }, 'the job lock could not be renewed');
      });
    }, this.#options.lockMs / 2);
    timer.unref();
    return () => clearInterval(timer);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
