import type { IncomingMessage } from 'node:http';

import { errorCode, TRANSPORT } from './failure.ts';

/** Limits of the body of an answer, in ms. Only waiting for the sender counts, not what the reader does meanwhile. */
export interface BodyLimits {
  /** Longest wait for the next 64 KiB, or for the end. */
  readonly stallMs: number;
  /** Longest wait in all. */
  readonly totalMs: number;
}

/** Thrown while a body is read: it did not come as a whole. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  /** An error code such as `ECONNRESET`, `STALLED`, `ETIMEDOUT` or `ABORTED`. */
  readonly transport: string;

  constructor(transport: string) {
    super(`the answer did not come as a whole: ${transport}`);
    this.transport = transport;
  }
}

/** So much must come within `stallMs`: a sender that trickles a byte now and then has stalled. */
const PROGRESS_BYTES = 64 * 1024;
/** How often somebody looks whether the sender still sends, at least, in ms. */
const LOOK_MS = 1000;

/**
 * The bytes of an answer, as they come, with constant memory. Leaving the loop closes the connection.
 * @param signal ends it at any time
 * @throws BodyError
 */
export async function* readBody(
  response: IncomingMessage,
  limits: BodyLimits,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const patience = new Patience(limits);
  const end = (transport: string): void => void response.destroy(new BodyError(transport));
  const onAbort = (): void => end(TRANSPORT.aborted);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setInterval(
    () => {
      const over = patience.over();
      if (over !== undefined) end(over);
    },
    Math.min(LOOK_MS, limits.stallMs / 4),
  );
  try {
    patience.begin();
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      patience.rest(chunk.byteLength);
      yield chunk;
      patience.begin();
    }
  } catch (error) {
    if (error instanceof BodyError) throw error;
    throw new BodyError(errorCode(error) ?? TRANSPORT.cut);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
    response.destroy();
  }
}

/** How long the reader has waited for the sender. It waits from `begin` to `rest`. */
class Patience {
  readonly #limits: BodyLimits;
  #since: number | undefined;
  /** Since the last progress, and in all. */
  #stalledMs = 0;
  #totalMs = 0;
  #bytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  begin(): void {
    this.#since = performance.now();
  }

  rest(bytes: number): void {
    const waited = this.#waiting();
    this.#since = undefined;
    this.#totalMs += waited;
    this.#stalledMs += waited;
    this.#bytes += bytes;
    if (this.#bytes < PROGRESS_BYTES) return;
    this.#bytes = 0;
    this.#stalledMs = 0;
  }

  /** Why it is too long; undefined while it is not. */
  over(): string | undefined {
    const waited = this.#waiting();
    if (this.#stalledMs + waited > this.#limits.stallMs) return TRANSPORT.stalled;
    return this.#totalMs + waited > this.#limits.totalMs ? TRANSPORT.timeout : undefined;
  }

  #waiting(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }
}
