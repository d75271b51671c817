import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { handOn } from './job-channel.ts';
import type { JobEnd } from './job-end.ts';
import { JobSource, type JobSourceOptions, type TakenJob } from './job-source.ts';
import { KnownSlots } from './known-slots.ts';
import { Lift } from './lift.ts';
import { idOf } from '../jobs/vehicles.ts';
import type { WorkedQueue } from '../jobs/catalogue.ts';

/** Waits for admission are asked again at least this often, so that a gate that opens early takes effect. */
const RECHECK_MS = 500;
/** Pause after an unexpected error of Redis or BullMQ before the loop goes on. */
const ERROR_PAUSE_MS = 1000;

/** What the ledger reports before a job is taken: how many slots are free, or how long until one may be free, in ms. */
export type Peek = { readonly slots: number } | { readonly waitMs: number };

/** What the processor says about a job that was just taken: an end at once, or work to do while the loop goes on. */
export type Taken =
  | { readonly end: JobEnd }
  | {
      readonly work: () => Promise<JobEnd>;
      /** How many slots were left when it was admitted. Default: one less than before. */
      readonly slots?: number;
    };

/** `lockMs`: job lock; a dead worker's jobs are taken over within about twice that. */
export interface TakeLoopOptions extends JobSourceOptions {
  readonly queue: WorkedQueue;
  readonly concurrency: number;
  /** Called before a job is taken, unless the last reply reported free slots. Only an estimate: `take` decides. */
  readonly peek: () => Promise<Peek>;
  /** Runs in order, one job at a time: parses and admits. */
  readonly take: (job: Job) => Promise<Taken>;
  /** Called with every job's end, for metrics. */
  readonly onEnd?: (end: JobEnd['kind']) => void;
  /** Called when processing failed with an unexpected error, for metrics. */
  readonly onDefect?: () => void;
}

/**
 * Takes jobs only when the ledger has a slot for them, which BullMQ's own loop cannot: while a call is open it does not
 * check again until that call ends (docs/decisions/0002). Stalled jobs, blocking on an empty queue and all moves of
 * jobs are BullMQ's.
 *
 * Modes: running, from `start` on; stopping, from `stop` on: takes nothing more, what is active goes on; stopped, when
 * `stop` resolves. Invariants: every taken job is in `active` until its end is applied; at most one job is taken and
 * not admitted, since only the loop asks for one (alone, or by an end that waits for it: `Lift`).
 */
export class TakeLoop {
  readonly #options: TakeLoopOptions;
  readonly #source: JobSource;
  readonly #active = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #slots = new KnownSlots();
  readonly #lift = new Lift(() => this.#wake());
  #wake = (): void => {};
  #loop: Promise<void> = Promise.resolve();
  #askingSince: number | undefined;

  constructor(options: TakeLoopOptions) {
    this.#options = options;
    this.#source = new JobSource(options);
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** Duration of the current request for a job, in ms; 0 while the loop waits for its own work to end. */
  get idleForMs(): number {
    return this.#askingSince === undefined ? 0 : performance.now() - this.#askingSince;
  }

  async start(): Promise<void> {
    await this.#source.start();
    this.#lift.open();
    this.#loop = this.#run();
  }

  /** Takes nothing more; resolves when every active job has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#lift.close();
    await Promise.all(this.#active);
    // Only now: jobs need the connection for their end, and closing is what wakes a loop blocked on an empty queue.
    await this.#source.close();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        if (this.#isFull()) await this.#untilAnEnd();
        else await this.#ask();
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.logger.error({ err: error, queue: this.#options.queue }, 'taking a job failed; will try again');
        await this.#pause(ERROR_PAUSE_MS);
      }
    }
  }

  /** A job that waits to take the next one along leaves its slot to it. */
  #isFull(): boolean {
    return this.#active.size - (this.#lift.isTaken ? 1 : 0) >= this.#options.concurrency;
  }

  /** Resolves when a job ends, or waits to take the next one along. */
  #untilAnEnd(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  async #ask(): Promise<void> {
    this.#askingSince = performance.now();
    try {
      await this.#takeNext();
    } finally {
      this.#askingSince = undefined;
    }
  }

  async #takeNext(): Promise<void> {
    const { queue } = this.#options;
    const waitMs = this.#slots.any ? 0 : await this.#peek();
    if (waitMs > 0) return this.#pause(Math.min(waitMs, RECHECK_MS));
    const next = await this.#next();
    if (next === undefined) return;
    if (this.#stopping.signal.aborted) return this.#giveBack(next);
    await handOn({ queue, job: idOf(next.job) }, () => this.#handle(next));
  }

  /** @returns ms until a slot may be free; 0 means take a job now */
  async #peek(): Promise<number> {
    const seen = await this.#options.peek();
    if ('waitMs' in seen) return seen.waitMs;
    this.#slots.report(seen.slots);
    return 0;
  }

  async #next(): Promise<TakenJob | undefined> {
    const taken = this.#lift.take();
    if (taken !== undefined) return taken;
    return this.#source.isEmpty ? this.#apart(() => this.#source.next()) : this.#source.next();
  }

  async #handle(own: TakenJob): Promise<void> {
    const taking = this.#guard(
      own.job,
      () => this.#options.take(own.job),
      (end): Taken => ({ end }),
    );
    // Active from here on: `stop` must also wait for what is admitted while it is called.
    const running = this.#finish(own, taking);
    this.#active.add(running);
    void running.finally(() => {
      this.#active.delete(running);
      this.#wake();
    });
    const taken = await taking;
    this.#note(taken);
    // An end at once is applied before the next job is taken, so that a job given back is first again.
    if ('end' in taken) await running;
  }

  #note(taken: Taken): void {
    if ('end' in taken) this.#slots.forget();
    else if (taken.slots === undefined) this.#slots.spend();
    else this.#slots.report(taken.slots);
  }

  async #finish(own: TakenJob, taking: Promise<Taken>): Promise<void> {
    const release = this.#keepLock(own);
    const taken = await taking;
    const end = 'end' in taken ? taken.end : await this.#guard(own.job, taken.work, (failed) => failed);
    // The loop itself waits for an end at once.
    const mayTakeNext = 'work' in taken && end.kind === 'complete';
    const deliver = mayTakeNext ? await this.#lift.wait() : undefined;
    release();
    const next = await this.#record(own, end, deliver !== undefined);
    deliver?.(next);
  }

  /** @returns the job that was taken in the same step, where that was asked for and there was one */
  async #record(own: TakenJob, end: JobEnd, takesNext: boolean): Promise<TakenJob | undefined> {
    let next: TakenJob | undefined;
    try {
      next = await this.#apply(own, end, takesNext);
      this.#options.onEnd?.(end.kind);
    } catch (error) {
      // The lock was lost: another worker has the job, and the ledger decides what it may do with it.
      this.#options.logger.warn(
        { err: error, job: own.job.id, end: end.kind },
        'the job was taken over before its end was recorded; the ledger decides what happens with it',
      );
    }
    return next;
  }

  async #apply(own: TakenJob, end: JobEnd, takesNext: boolean): Promise<TakenJob | undefined> {
    const next = await this.#source.apply(own, end, takesNext);
    if (end.kind === 'give_back') await this.#source.wakeBlocked();
    return next;
  }

  /** No processor has seen it: it goes back as if it had not been taken. If that fails, its lock ends. */
  async #giveBack(own: TakenJob): Promise<void> {
    try {
      await this.#source.forgetStart(own);
      await this.#apply(own, { kind: 'give_back' }, false);
    } catch (error) {
      this.#options.logger.warn(
        { err: error, job: own.job.id },
        'a job could not be given back; another worker takes it when its lock ends',
      );
    }
  }

  /** A defect of a processor must neither end the process nor lose the job: it fails visibly, the sweeper revives it. */
  async #guard<Value>(job: Job, step: () => Promise<Value>, failed: (end: JobEnd) => Value): Promise<Value> {
    try {
      return await step();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.logger.error(
        { err: error, job: idOf(job), queue: this.#options.queue },
        'processing a job failed with an unexpected error; the sweeper revives the generation',
      );
      this.#options.onDefect?.();
      return failed({ kind: 'fail', reason });
    }
  }

  #keepLock({ job, token }: TakenJob): () => void {
    const timer = setInterval(() => {
      job.extendLock(token, this.#options.lockMs).catch((error: unknown) => {
        this.#options.logger.warn({ err: error, job: job.id }, 'renewing the lock of a job failed');
      });
    }, this.#options.lockMs / 2);
    timer.unref();
    return () => clearInterval(timer);
  }

  async #pause(ms: number): Promise<void> {
    await this.#apart(() => sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined));
  }

  /** For what may take a while: no end waits for the loop meanwhile. */
  #apart<Value>(run: () => Promise<Value>): Promise<Value> {
    this.#lift.close();
    return run().finally(() => {
      if (!this.#stopping.signal.aborted) this.#lift.open();
    });
  }
}
