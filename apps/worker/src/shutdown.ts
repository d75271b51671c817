import { setTimeout as sleep } from 'node:timers/promises';
import { createEnding, type Ending } from '@kieq/process';
import type { PoolWorker } from '@kieq/queue';
import { closeConnection, type RedisClient } from '@kieq/redis';
import type { Logger } from '@kieq/telemetry';

export interface ShutdownOptions {
  readonly pool: PoolWorker;
  /** Closed when all work has ended: connections, stores, and the spans that are not sent yet. */
  readonly closing: readonly { close(): Promise<void> }[];
  readonly logger: Logger;
  /** Periodic checks. */
  readonly watches: readonly { stop(): void }[];
  readonly redis: RedisClient;
  /** Aborted at once: the first question to Kie, which only informs operators. */
  readonly asking: AbortController;
  /** Aborted shortly before the grace ends, so that open calls still record what they know. */
  readonly deadline: AbortController;
  /** Aborted when the grace is over. */
  readonly end: AbortController;
  readonly graceMs: number;
}

/** After the grace: for the last lines of the log. */
const LAST_WORDS_MS = 500;
/** For connections, and for the spans that are still here. */
const CLOSE_MS = 1000;
/** Share of the grace that running calls may use before they are cut; the rest is for writing down what they know. */
const CALLS_SHARE = 0.8;

/**
 * SIGTERM: no new work, running calls finish, exit within the grace period, nothing lost when it is exceeded (G8):
 * a call that is cut is recorded as unknown, and what could not even be recorded becomes unknown by its lease.
 */
export function createShutdown(options: ShutdownOptions): Ending {
  const { pool, closing, logger, watches, redis, asking, deadline, end, graceMs } = options;
  const closeAll = async (): Promise<void> => {
    await Promise.all(closing.map((one) => one.close()));
    await closeConnection(redis);
  };
  return createEnding(async (reason) => {
    logger.info({ reason, active: pool.active() }, 'shutting down; the worker takes no new jobs');
    asking.abort();
    for (const watch of watches) watch.stop();
    const cut = setTimeout(() => {
      logger.warn({ active: pool.active() }, 'the grace period is almost over; the worker aborts open calls');
      deadline.abort();
    }, graceMs * CALLS_SHARE);
    const stopped = pool.stop().then(() => true);
    const finished = await Promise.race([stopped, sleep(graceMs, false)]);
    clearTimeout(cut);
    if (!finished) {
      logger.error(
        { active: pool.active() },
        'the grace period is over and jobs are still active; other workers take them over when leases and locks end',
      );
      end.abort();
      // A job that holds a taskId which Redis never took logs it now: the log is its only trace.
      await Promise.race([stopped, sleep(LAST_WORDS_MS)]);
    }
    if (finished) await Promise.race([closeAll(), sleep(CLOSE_MS)]);
    logger.info('worker ended');
  });
}
