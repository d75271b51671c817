import { ApiError } from '../api-error.ts';

const RETRY_AFTER_S = 2;

/** Runs what it is given, as long as not too much of the kind runs already. */
export type InTurn = <Value>(read: () => Promise<Value>) => Promise<Value>;

/**
 * For forms, each of which holds an image in memory.
 * @param limit at once; the next one is refused with ApiError `unavailable`, and not kept waiting with its body
 */
export function createFormTurns(limit: number): InTurn {
  let open = 0;
  return async (read) => {
    if (open >= limit) throw new ApiError('unavailable', 'too many uploads at once', { retryAfterS: RETRY_AFTER_S });
    open += 1;
    try {
      return await read();
    } finally {
      open -= 1;
    }
  };
}
