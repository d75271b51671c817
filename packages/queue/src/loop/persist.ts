import pRetry from 'p-retry';
import type { WorkerContext } from '../context.ts';

/**
 * Writes what only this worker knows, and keeps trying while the process lives: a taskId that Redis will not take
 * is a paid video that nobody else can find.
 * @param what for the log
 * @param byHand what an operator does when the process had to end first
 * @throws when the process must end before Redis took it; the log then says what to do by hand
 */
export async function persist<Value>(
  { end, logger }: Pick<WorkerContext, 'end' | 'logger'>,
  what: string,
  byHand: string,
  write: () => Promise<Value>,
): Promise<Value> {
  const written = pRetry(write, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 200,
    maxTimeout: 5000,
    factor: 2,
    randomize: true,
    signal: end,
    onFailedAttempt: ({ error, attemptNumber }) => {
      logger.error({ err: error, tries: attemptNumber }, `Redis does not take ${what}; trying again`);
    },
  });
  // A command that waits for a lost connection never settles, so the end of the process has to be raced.
  const settled = new AbortController();
  try {
    return await Promise.race([written, endOf(end, settled.signal)]);
  } catch (error) {
    logger.fatal({ err: error, byHand }, `${what} could not be written before the process had to end`);
    throw error;
  } finally {
    settled.abort();
  }
}

/** @param settled ends the waiting: the signal of the process's end outlives thousands of writes */
function endOf(end: AbortSignal, settled: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = (): void => reject(new Error('the process ends'));
    if (end.aborted) give();
    else end.addEventListener('abort', give, { once: true, signal: settled });
  });
}
