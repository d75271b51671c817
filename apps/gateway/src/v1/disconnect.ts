/** The part of an answer that tells of its end. */
interface Answer {
  readonly writableFinished: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** Aborted when the client goes away before it has its answer. */
export function disconnectSignal({ raw }: { readonly raw: Answer }): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
