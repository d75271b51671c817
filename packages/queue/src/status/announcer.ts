import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION, type Timings } from '@kieq/domain';
import type { Ledger, WorkerAnnouncement } from '@kieq/ledger';
import type { Logger } from '@kieq/telemetry';

/** A worker counts for so many of its periods: three announcements may get lost. */
const LIFE = 4.5;
/** Where all times are scaled down, a busy process must not look dead. In ms. */
const LEAST_LIFE_MS = 2000;
/** Nobody waits longer for a Redis that does not answer: the entry ends by itself. In ms. */
const FAREWELL_MS = 500;

export interface AnnouncerDeps {
  readonly ledger: Pick<Ledger, 'workers'>;
  readonly logger: Logger;
  readonly timings: Pick<Timings, 'announceMs'>;
  /** Name of this worker, unique per process. */
  readonly worker: string;
}

/**
 * Tells the pool again and again that this worker is there, until it has stopped. Trouble with it never stops the worker:
 * it is for people.
 */
export class Announcer {
  readonly #context: AnnouncerDeps;
  readonly #told: WorkerAnnouncement;
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #since: number | undefined;
  #isWell = true;

  constructor(context: AnnouncerDeps, told: Omit<WorkerAnnouncement, 'version'>) {
    this.#context = context;
    this.#told = { version: VERSION, ...told };
  }

  /** Resolves after the first announcement, so that nobody sees what this worker does before the worker itself. */
  async start(): Promise<void> {
    // A worker that is stopped while it starts has taken its leave already.
    if (this.#stopping.signal.aborted) return;
    await this.#announce();
    this.#loop = this.#run();
  }

  /** Call it when nothing works any more: it gives the lease of the sweeper back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.race([this.#leave(), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(this.#context.timings.announceMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.#announce();
    }
  }

  async #announce(): Promise<void> {
    const { ledger, timings, worker: id } = this.#context;
    const lifeMs = Math.max(LEAST_LIFE_MS, timings.announceMs * LIFE);
    try {
      const reply = await ledger.workers.announce({ id, worker: this.#told, lifeMs, since: this.#since });
      this.#since = reply.since;
      this.#tell(reply.kind === 'full' ? 'so many workers are there that this one is not told of' : undefined);
    } catch (error) {
      this.#tell('this worker could not be announced: until it is, it looks as if it did not run', error);
    }
  }

  async #leave(): Promise<void> {
    // An announcement that is on its way would come after the farewell.
    await this.#loop;
    const { ledger, worker, logger } = this.#context;
    await ledger.workers.leave(worker).catch((error: unknown) => {
      logger.info({ err: error }, 'the pool could not be told that this worker ends; it will see');
    });
  }

  /** Once, until it is over. */
  #tell(problem: string | undefined, error?: unknown): void {
    const wasWell = this.#isWell;
    this.#isWell = problem === undefined;
    if (problem !== undefined && wasWell) this.#context.logger.warn({ err: error }, problem);
  }
}
