/** Why the work was interrupted. */
export type Interruption = 'timeout' | 'aborted';

/**
 * Runs work until it is done, the time is over or the caller aborts, whichever comes first.
 * @param timeoutMs monotonic, from now.
 * @param work must release its resources when its signal aborts, which always happens once the result is known.
 */
export async function withTimeLimit<Result>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | Interruption> {
  if (signal?.aborted === true) return 'aborted';
  const stop = new AbortController();
  let interrupt = (_why: Interruption): void => {};
  const interrupted = new Promise<Interruption>((resolve) => (interrupt = resolve));
  const onAbort = (): void => interrupt('aborted');
  const timer = setTimeout(() => interrupt('timeout'), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(stop.signal), interrupted]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
  }
}
