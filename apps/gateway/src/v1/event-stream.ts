import type { Writable } from 'node:stream';

/** What a client that does not read may leave unread here, in bytes, before it is dropped. */
const BUFFER_LIMIT_BYTES = 1024 * 1024;
/** Pause before a browser connects again, in ms. */
const RETRY_MS = 2000;

export interface EventStreamOptions {
  /** Pause between comments, in ms: proxies close what is silent. */
  readonly heartbeatMs: number;
  /** Default 1 MiB. */
  readonly bufferLimitBytes?: number;
}

export interface StreamEvent {
  /** Where a client resumes; without one the client keeps the id that it had. */
  readonly id?: string | undefined;
  readonly event: string;
  readonly data: object;
}

/**
 * Server-Sent Events on an open answer.
 * Open: events and heartbeats are written. Closed: by `end`, by the client, or because the client does not read;
 * `closed` is aborted then, the heartbeat has stopped, and writing does nothing.
 */
export class EventStream {
  readonly #answer: Writable;
  readonly #limit: number;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #closed = new AbortController();

  constructor(answer: Writable, { heartbeatMs, bufferLimitBytes = BUFFER_LIMIT_BYTES }: EventStreamOptions) {
    this.#answer = answer;
    this.#limit = bufferLimitBytes;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs).unref();
    answer.on('error', () => this.#close());
    answer.once('close', () => this.#close());
    this.#write(`retry: ${RETRY_MS}\n\n`);
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  send({ id, event, data }: StreamEvent): void {
    const place = id === undefined ? '' : `id: ${id}\n`;
    this.#write(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    if (this.closed.aborted) return;
    this.#close();
    this.#answer.end();
  }

  #write(text: string): void {
    if (this.closed.aborted) return;
    this.#answer.write(text);
    if (this.#answer.writableLength <= this.#limit) return;
    this.#close();
    this.#answer.destroy();
  }

  /** Who has not taken what was sent is alive or not; more comments would only pile up. */
  #beat(): void {
    if (!this.#answer.writableNeedDrain) this.#write(':\n\n');
  }

  #close(): void {
    clearInterval(this.#heartbeat);
    this.#closed.abort();
  }
}
