import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { isUsable, transportCode, whenConnected } from '@kieq/http';
import type { Proxies } from '@kieq/proxy';
import type { Got, Request } from 'got';

import { isForwarded } from './agents.ts';
import type { Exchange } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import { patientTimer } from './patient-timer.ts';

/** One HTTP request. */
export interface HttpRequest {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** A POST with this body; without it a GET. */
  readonly body?: { readonly bytes: number; readonly chunks: () => AsyncIterable<Uint8Array> };
  /** From the first byte (with a body) or from the start (without), in ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Limits {
  readonly connectTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly proxies: Proxies;
}

/**
 * One repeatable request, from its start to its {@link Exchange}. The billable one is {@link LonePost}.
 *
 * States:
 * - `connecting` (requests with a body): nothing is written; Node keeps the head back until the first chunk.
 * - `sent`: the first chunk left; from here on the vendor may have acted.
 * - `settled`: the exchange is decided; later events are ignored. Reached exactly once, from either state.
 */
export class HttpCall {
  private readonly client: Got;
  private readonly request: HttpRequest;
  private readonly limits: Limits;
  private state: 'connecting' | 'sent' | 'settled' = 'connecting';
  private sentAt = 0;
  private stream: Request | undefined;
  private connected: Promise<Socket> | undefined;
  private response: IncomingMessage | undefined;
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private cancelTimer = (): void => {};
  private resolve = (_exchange: Exchange): void => {};

  constructor(client: Got, request: HttpRequest, limits: Limits) {
    this.client = client;
    this.request = request;
    this.limits = limits;
  }

  /** Runs the request; call once. Never rejects. */
  run(): Promise<Exchange> {
    return new Promise((resolve) => {
      this.resolve = resolve;
      const { signal, body } = this.request;
      if (signal?.aborted) return this.fail(TRANSPORT.aborted);
      signal?.addEventListener('abort', this.onAbort, { once: true });
      if (body === undefined) this.markSent();
      else this.cancelTimer = patientTimer(this.limits.connectTimeoutMs, () => this.fail(TRANSPORT.connectTimeout));
      try {
        this.start();
      } catch {
        this.fail(TRANSPORT.invalid);
      }
    });
  }

  private start(): void {
    const { url, headers, body } = this.request;
    const stream = this.client.stream(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(body.bytes) }) },
      ...(body === undefined ? {} : { body: this.gatedBody(body.chunks) }),
    });
    this.stream = stream;
    this.connected = new Promise((resolve) => {
      stream.once('request', (request) => resolve(whenConnected(request)));
    });
    stream.on('error', (error) => this.fail(transportCode(error)));
    stream.once('close', () => this.fail(TRANSPORT.cut));
    stream.once('upgrade', (_response: IncomingMessage, socket: Socket) => {
      socket.destroy();
      this.fail(TRANSPORT.upgrade);
    });
    stream.once('response', (response) => (this.response = response));
    stream.on('data', (chunk: Buffer) => this.onData(chunk));
    stream.once('end', () => this.onEnd());
  }

  /**
   * Node sends nothing of a request before its first chunk, so the head waits here as well: the timeout counts from
   * then on. It throws instead of ending where nothing may be sent, since the end of a body sends the head.
   */
  private async *gatedBody(chunks: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const socket = await this.connected;
    if (socket === undefined) throw new Error('The request was not started');
    for await (const chunk of chunks()) {
      if (this.state === 'connecting') this.release(socket);
      if (this.state !== 'sent') throw new Error('The request is already decided');
      yield chunk;
    }
  }

  private release(socket: Socket): void {
    if (isUsable(socket)) this.markSent();
    else this.fail(TRANSPORT.socketClosed);
  }

  private markSent(): void {
    this.cancelTimer();
    this.state = 'sent';
    this.sentAt = performance.now();
    this.cancelTimer = patientTimer(this.request.timeoutMs, () => this.fail(TRANSPORT.timeout));
  }

  private readonly onAbort = (): void => this.fail(TRANSPORT.aborted);

  private onData(chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.limits.maxBodyBytes) this.fail(TRANSPORT.bodyTooLarge);
    else this.chunks.push(chunk);
  }

  private onEnd(): void {
    const { response } = this;
    // The request was not written yet, so this is no response to it.
    if (this.state === 'connecting') return this.fail(TRANSPORT.unasked);
    if (response?.statusCode === undefined) return this.fail(TRANSPORT.cut);
    const { statusCode: status, headers } = response;
    const unfinished = this.stream?.writableFinished === false;
    const forwarded = isForwarded(this.request.url, this.limits.proxies);
    const latencyMs = this.elapsed();
    this.settle({ kind: 'answer', status, headers, body: this.text(), isForwarded: forwarded, latencyMs });
    // A response that came before the whole body was read: the rest need not be sent.
    if (unfinished) this.stream?.destroy();
  }

  private fail(transport: string): void {
    if (this.state === 'settled') return;
    const status = this.response?.statusCode;
    this.settle({
      kind: 'failure',
      sent: this.state === 'sent',
      transport,
      latencyMs: this.elapsed(),
      ...(status === undefined ? {} : { status, partialBody: this.text() }),
    });
    this.stream?.destroy();
  }

  private settle(exchange: Exchange): void {
    if (this.state === 'settled') return;
    this.state = 'settled';
    this.cancelTimer();
    this.request.signal?.removeEventListener('abort', this.onAbort);
    this.resolve(exchange);
  }

  private elapsed(): number {
    return this.state === 'sent' ? performance.now() - this.sentAt : 0;
  }

  private text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}
