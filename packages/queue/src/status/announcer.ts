import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION, type Timings } from '@kieq/domain';
import type { Ledger, WorkerAnnouncement } from '@kieq/ledger';
import type { Logger } from '@kieq/telemetry';

/** Lifetime of an announcement in periods: three announcements may get lost. */
const LIFE = 4.5;
/** With scaled-down times, a busy process must not count as dead. In ms. */
const LEAST_LIFE_MS = 2000;
/** Longest wait for a Redis that does not respond: the entry expires anyway. In ms. */
const FAREWELL_MS = 500;

export interface AnnouncerDeps {
  readonly ledger: Pick<Ledger, 'workers'>;
  readonly logger: Logger;
  readonly timings: Pick<Timings, 'announceMs'>;
  /** Name of this worker, unique per process. */
  readonly worker: string;
}

/**
 * Announces this worker in the pool periodically until it has stopped. A failure never stops the worker: the
 * announcement only informs operators.
 */
export class Announcer {
  readonly #context: AnnouncerDeps;
  readonly #announcement: WorkerAnnouncement;
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #since: number | undefined;
  #isWell = true;

  constructor(context: AnnouncerDeps, announcement: Omit<WorkerAnnouncement, 'version'>) {
    this.#context = context;
    this.#announcement = { version: VERSION, ...announcement };
  }

  /** Resolves after the first announcement, so that the worker is listed before its work is visible. */
  async start(): Promise<void> {
    // A worker that is stopped while it starts has already removed its entry.
    if (this.#stopping.signal.aborted) return;
    await this.#announce();
    this.#loop = this.#run();
  }

  /** Call it when all work has ended: it returns the lease of the sweeper. */
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
      const reply = await ledger.workers.announce({ id, worker: this.#announcement, lifeMs, since: this.#since });
      this.#since = reply.since;
      this.#report(
        reply.kind === 'full'
          ? 'the pool lists no more workers; this one is not shown, and works nevertheless'
          : undefined,
      );
    } catch (error) {
      this.#report(
        'announcing this worker in the pool failed; until it succeeds, the pool shows it as not running',
        error,
      );
    }
  }

  async #leave(): Promise<void> {
    // An announcement that is on its way would arrive after the removal.
    await this.#loop;
    const { ledger, worker, logger } = this.#context;
    await ledger.workers.leave(worker).catch((error: unknown) => {
      logger.info({ err: error }, 'removing the entry of this worker from the pool failed; it expires');
    });
  }

  /** Once, until it is over. */
  #report(problem: string | undefined, error?: unknown): void {
    const wasWell = this.#isWell;
    this.#isWell = problem === undefined;
    if (problem !== undefined && wasWell) this.#context.logger.warn({ err: error }, problem);
  }
}
