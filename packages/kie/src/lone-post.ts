import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { isUsable, listen, openRequest, transportCode, whenConnected } from '@kieq/http';
import type { Trust } from '@kieq/http';
import type { Agents, Proxies } from '@kieq/proxy';

import { isForwarded } from './agents.ts';
import { decode } from './decode.ts';
import type { Decoded } from './decode.ts';
import type { Exchange } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import { patientTimer } from './patient-timer.ts';

/** One POST that must not be sent twice. */
export interface LoneRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /**
   * Called once, on the connected socket, in the same turn of the event loop in which the request is written. A code
   * that it returns, or an exception, ends the request unsent.
   */
  readonly gate?: (() => string | undefined) | undefined;
  /** From the first byte to the end of the response, in ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Settings that all billable requests share. */
export interface LoneSettings {
  /** The agents give each request a connection that no other request uses. */
  readonly agents: Agents;
  /** Name lookup, proxy, TCP and TLS together, in ms. */
  readonly connectTimeoutMs: number;
  /** Longest body of a response, decoded, in bytes. */
  readonly maxBodyBytes: number;
  /** The certificates that count for an address. */
  readonly trust: (url: URL) => Trust;
  readonly proxies: Proxies;
}

/**
 * The billable request, from start to its {@link Exchange}, directly on Node's HTTP client: no retry, no redirect, and
 * no layer in between that could write a byte early (docs/decisions/0030, 0038).
 *
 * States:
 * - `connecting`: the request exists, and nothing of it is written: Node keeps the head back until `end`.
 * - `sent`: the gate let it pass; head and body leave in the same turn, and from here on the vendor may have acted.
 * - `settled`: the exchange is decided; later events are ignored. Reached exactly once, from either state.
 */
export class LonePost {
  private readonly post: LoneRequest;
  private readonly settings: LoneSettings;
  private state: 'connecting' | 'sent' | 'settled' = 'connecting';
  private sentAt = 0;
  private request: ClientRequest | undefined;
  private response: IncomingMessage | undefined;
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private cancelTimer = (): void => {};
  private resolve = (_exchange: Exchange): void => {};

  constructor(post: LoneRequest, settings: LoneSettings) {
    this.post = post;
    this.settings = settings;
  }

  /** Runs the request; call once. Never rejects. */
  run(): Promise<Exchange> {
    return new Promise((resolve) => {
      this.resolve = resolve;
      const { signal } = this.post;
      if (signal?.aborted) return this.fail(TRANSPORT.aborted);
      signal?.addEventListener('abort', this.onAbort, { once: true });
      this.cancelTimer = patientTimer(this.settings.connectTimeoutMs, () => this.fail(TRANSPORT.connectTimeout));
      try {
        this.start();
      } catch {
        this.fail(TRANSPORT.invalid);
      }
    });
  }

  private start(): void {
    const { url, headers, body } = this.post;
    const { agents, trust } = this.settings;
    const request = openRequest({ method: 'POST', url, headers, body, agents, trust: trust(url) });
    this.request = request;
    listen(request, {
      // With a response, its own end or error follows and decides.
      onHead: (response) => this.onResponse(response),
      onFailure: (transport) => this.fail(transport),
    });
    void whenConnected(request).then((socket) => this.send(request, socket));
  }

  /** Nothing runs between the gate's return and the write of the whole request, not even a microtask. */
  private send(request: ClientRequest, socket: Socket): void {
    if (this.state !== 'connecting') return;
    const refusal = isUsable(socket) ? this.askGate() : TRANSPORT.socketClosed;
    if (refusal !== undefined) this.fail(refusal);
    if (!this.markSent()) return;
    request.end(this.post.body);
  }

  private askGate(): string | undefined {
    try {
      return this.post.gate?.();
    } catch {
      return TRANSPORT.sendRefused;
    }
  }

  /** @returns false where the exchange is decided already: the gate itself may have aborted the call. */
  private markSent(): boolean {
    if (this.state === 'settled') return false;
    this.cancelTimer();
    this.state = 'sent';
    this.sentAt = performance.now();
    this.cancelTimer = patientTimer(this.post.timeoutMs, () => this.fail(TRANSPORT.timeout));
    return true;
  }

  private readonly onAbort = (): void => this.fail(TRANSPORT.aborted);

  private onResponse(response: IncomingMessage): void {
    this.response = response;
    response.on('error', (error) => this.fail(transportCode(error)));
    response.once('close', () => this.fail(TRANSPORT.cut));
    // The request was not written yet, so this is no response to it.
    if (this.state === 'connecting') return this.fail(TRANSPORT.unasked);
    response.on('data', this.onData);
    response.once('end', () => this.onEnd(response));
  }

  private readonly onData = (chunk: Buffer): void => {
    if (!this.take(chunk)) this.fail(TRANSPORT.bodyTooLarge);
  };

  private take(chunk: Buffer): boolean {
    this.size += chunk.length;
    if (this.size > this.settings.maxBodyBytes) return false;
    this.chunks.push(chunk);
    return true;
  }

  private onEnd({ statusCode: status, headers }: IncomingMessage): void {
    if (this.state === 'settled') return;
    if (status === undefined) return this.fail(TRANSPORT.cut);
    const latencyMs = this.elapsed();
    const forwarded = isForwarded(this.post.url, this.settings.proxies);
    this.settle(({ bytes, problem }) => {
      const body = bytes.toString('utf8');
      if (problem === undefined) return { kind: 'answer', status, headers, body, isForwarded: forwarded, latencyMs };
      return { kind: 'failure', sent: true, transport: problem, latencyMs, status, partialBody: body };
    });
    // A response that came before the whole body was read: the rest need not be sent.
    if (this.request?.writableFinished === false) this.request.destroy();
  }

  private fail(transport: string): void {
    if (this.state === 'settled') return;
    this.drain();
    const failed = { kind: 'failure', sent: this.state === 'sent', transport, latencyMs: this.elapsed() } as const;
    const status = this.response?.statusCode;
    this.settle(({ bytes }) =>
      status === undefined ? failed : { ...failed, status, partialBody: bytes.toString('utf8') },
    );
    this.request?.destroy();
  }

  /** Reads what was received and not handed on yet: a bad byte right behind a taskId must not hide the taskId. */
  private drain(): void {
    const { response } = this;
    response?.removeListener('data', this.onData);
    for (;;) {
      const chunk: unknown = response?.read();
      if (!Buffer.isBuffer(chunk) || !this.take(chunk)) return;
    }
  }

  private settle(conclude: (body: Decoded) => Exchange): void {
    this.state = 'settled';
    this.cancelTimer();
    this.post.signal?.removeEventListener('abort', this.onAbort);
    const body = Buffer.concat(this.chunks);
    const coding = this.response?.headers['content-encoding'];
    if (coding === undefined) return this.resolve(conclude({ bytes: body }));
    void decode(body, coding, this.settings.maxBodyBytes).then((decoded) => this.resolve(conclude(decoded)));
  }

  private elapsed(): number {
    return this.state === 'sent' ? performance.now() - this.sentAt : 0;
  }
}
