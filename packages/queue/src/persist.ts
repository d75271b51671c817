import pRetry from 'p-retry';
import type { WorkerContext } from './context.ts';

/**
 * Writes what only this worker knows, and keeps trying while the process lives: a taskId that Redis will not take
 * is a paid video that nobody else can find.
 * @param what for the log
 * @param byHand what an operator does when the process had to end first
 * @throws the last error, when the shutdown grace was over first
 */
export async function persist<Value>(
  context: WorkerContext,
  what: string,
  byHand: string,
  write: () => Promise<Value>,
): Promise<Value> {
  try {
    return await pRetry(write, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 200,
      maxTimeout: 5000,
      factor: 2,
      randomize: true,
      signal: context.deadline,
      onFailedAttempt: ({ error, attemptNumber }) => {
        context.logger.error({ err: error, tries: attemptNumber }, `Redis does not take ${what}; trying again`);
      },
    });
  } catch (error) {
    context.logger.fatal({ err: error, byHand }, `${what} could not be written before the process had to end`);
    throw error;
  }
}
