/** The part of a response that reports its end. */
interface Answer {
  readonly writableFinished: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** Aborted when the client disconnects before the response is complete. */
export function disconnectSignal({ raw }: { readonly raw: Answer }): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
