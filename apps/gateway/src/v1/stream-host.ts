import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { whenOver } from '../request-over.ts';
import { OpenSlots, type SlotLimits } from './open-slots.ts';
import { EventStream } from './event-stream.ts';

type HostDeps = Pick<GatewayDeps, 'logger' | 'metrics' | 'settings' | 'stopping'>;

/** Opens event streams of one kind on responses: bounds them, counts them, and ends them when the gateway stops. */
export class StreamHost {
  readonly #deps: HostDeps;
  readonly #slots: OpenSlots;
  readonly #open = new Set<EventStream>();

  /** @param limits of this kind of stream */
  constructor(deps: HostDeps, limits: SlotLimits) {
    this.#deps = deps;
    this.#slots = new OpenSlots(limits);
    // A closing server waits for open responses.
    deps.stopping.addEventListener('abort', () => {
      for (const stream of this.#open) stream.end();
    });
  }

  /**
   * Takes a slot for a request, before anything is read for it. It is released when the response ends, for any reason.
   * @throws ApiError `rate_limited`
   */
  admit({ keyId = 'local' }: Caller, request: FastifyRequest): void {
    try {
      whenOver(request, this.#slots.take(keyId));
    } catch (error) {
      this.#deps.metrics.refused(error, 'events');
      throw error;
    }
  }

  /** Sends what `work` tells, until it returns or the stream is closed. */
  async serve(
    { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
    work: (stream: EventStream) => Promise<void>,
  ): Promise<FastifyReply> {
    const { logger, metrics, settings, stopping } = this.#deps;
    const stream = openStream(reply, settings.heartbeatMs);
    this.#open.add(stream);
    metrics.eventStreams.inc();
    try {
      // No error status is sent: an EventSource would not reconnect after it.
      if (!stopping.aborted) await work(stream);
    } catch (error) {
      // The client reconnects and resumes after its last event.
      logger.warn({ err: error, request: request.id }, 'An event stream failed; its client can reconnect and resume.');
    } finally {
      stream.end();
      this.#open.delete(stream);
      metrics.eventStreams.dec();
    }
    return reply;
  }
}

function openStream(reply: FastifyReply, heartbeatMs: number): EventStream {
  reply.hijack();
  reply.headers({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // Keeps nginx from buffering the events.
    'x-accel-buffering': 'no',
  });
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.writeHead(200);
  return new EventStream(reply.raw, { heartbeatMs });
}

/** Id of the last event that a client has: the header, else the query. */
export function lastSeen({ headers }: FastifyRequest, query: string | undefined): string | undefined {
  const header = headers['last-event-id'];
  return typeof header === 'string' ? header : query;
}
