import type { IncomingMessage } from 'node:http';

import { transportCode } from '@kieq/http';

import { TRANSPORT } from './failure.ts';

/** Limits of the body of a response, in ms. Only waiting for the sender counts, not the work of the reader. */
export interface BodyLimits {
  /** Longest wait for the next 64 KiB, or for the end. */
  readonly stallMs: number;
  /** Longest wait in total. */
  readonly totalMs: number;
}

/** Thrown while a body is read: it did not arrive completely. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  /** An error code such as `ECONNRESET`, `STALLED`, `ETIMEDOUT` or `ABORTED`. */
  readonly transport: string;

  constructor(transport: string) {
    super(`the response did not arrive completely: ${transport}`);
    this.transport = transport;
  }
}

/** Bytes that must arrive within `stallMs`: a sender that trickles single bytes counts as stalled. */
const PROGRESS_BYTES = 64 * 1024;
/** Longest interval between checks whether the sender still sends, in ms. */
const LOOK_MS = 1000;

/**
 * The bytes of a response, as they arrive, with constant memory. Leaving the loop closes the connection.
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
    throw new BodyError(transportCode(error));
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
    response.destroy();
  }
}

/** Measures how long the reader has waited for the sender. It waits from `begin` to `rest`. */
class Patience {
  readonly #limits: BodyLimits;
  #since: number | undefined;
  /** Since the last progress, and in total. */
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

  /** The exceeded limit; undefined while there is none. */
  over(): string | undefined {
    const waited = this.#waiting();
    if (this.#stalledMs + waited > this.#limits.stallMs) return TRANSPORT.stalled;
    return this.#totalMs + waited > this.#limits.totalMs ? TRANSPORT.timeout : undefined;
  }

  #waiting(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }
}
