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
  const { ended, forget } = endOf(end);
  try {
    // A command that waits for a lost connection never settles, so the end of the process has to be raced.
    return await Promise.race([untilTaken({ end, logger }, what, write), ended]);
  } catch (error) {
    logger.fatal({ err: error, byHand }, `${what} could not be written before the process had to end`);
    throw error;
  } finally {
    forget();
  }
}

/** Nearly every first try is taken, and costs nothing but itself. */
async function untilTaken<Value>(
  context: Pick<WorkerContext, 'end' | 'logger'>,
  what: string,
  write: () => Promise<Value>,
): Promise<Value> {
  context.end.throwIfAborted();
  try {
    return await write();
  } catch (error) {
    return again(context, what, rejectingFirst(error, write));
  }
}

function again<Value>(
  { end, logger }: Pick<WorkerContext, 'end' | 'logger'>,
  what: string,
  write: () => Promise<Value>,
): Promise<Value> {
  return pRetry(write, {
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
}

/** The first try has been made: it fails with what it failed with. */
function rejectingFirst<Value>(error: unknown, write: () => Promise<Value>): () => Promise<Value> {
  let isFirst = true;
  return () => {
    if (!isFirst) return write();
    isFirst = false;
    return Promise.reject(error);
  };
}

/** `forget` ends the waiting: the signal of the process's end outlives thousands of writes. */
function endOf(end: AbortSignal): { readonly ended: Promise<never>; readonly forget: () => void } {
  let give = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    give = () => reject(new Error('the process ends'));
    if (end.aborted) give();
    else end.addEventListener('abort', give, { once: true });
  });
  return { ended, forget: () => end.removeEventListener('abort', give) };
}
