import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Unread bytes of a client after which its stream is closed. */
const BUFFER_LIMIT_BYTES = 1024 * 1024;
/** Pause before a browser reconnects, in ms. */
const RETRY_MS = 2000;

export interface EventStreamOptions {
  /** Pause between comments, in ms. Proxies close silent connections. */
  readonly heartbeatMs: number;
  /** Default 1 MiB. */
  readonly bufferLimitBytes?: number;
}

export interface StreamEvent {
  /** Position from which a client resumes; without it the client keeps its last id. */
  readonly id?: string | undefined;
  readonly event: string;
  readonly data: object;
}

/**
 * Server-Sent Events on an open response.
 * Open: events and heartbeats are written. Closed by `end`, by the client, or because the client does not read:
 * `closed` is aborted, the heartbeat stops, and writing does nothing.
 */
export class EventStream {
  readonly #response: Writable;
  readonly #limit: number;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #closed = new AbortController();

  constructor(response: Writable, { heartbeatMs, bufferLimitBytes = BUFFER_LIMIT_BYTES }: EventStreamOptions) {
    this.#response = response;
    this.#limit = bufferLimitBytes;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs).unref();
    response.on('error', () => this.#close());
    response.once('close', () => this.#close());
    this.#write(`retry: ${RETRY_MS}\n\n`);
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  send({ id, event, data }: StreamEvent): void {
    const position = id === undefined ? '' : `id: ${id}\n`;
    this.#write(`${position}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Moves the position from which the client resumes; it notices nothing else. */
  position(id: string): void {
    this.#write(`id: ${id}\n\n`);
  }

  /** Resolves when the client has read what was sent, but for a few KiB, or the stream is closed. */
  async drained(): Promise<void> {
    if (this.closed.aborted || !this.#response.writableNeedDrain) return;
    await once(this.#response, 'drain', { signal: this.closed }).catch(() => undefined);
  }

  end(): void {
    if (this.closed.aborted) return;
    this.#close();
    this.#response.end();
  }

  #write(text: string): void {
    if (this.closed.aborted) return;
    this.#response.write(text);
    if (this.#response.writableLength <= this.#limit) return;
    this.#close();
    this.#response.destroy();
  }

  /** Skipped while the client has unread bytes: more comments would only pile up. */
  #beat(): void {
    if (!this.#response.writableNeedDrain) this.#write(':\n\n');
  }

  #close(): void {
    clearInterval(this.#heartbeat);
    this.#closed.abort();
  }
}
