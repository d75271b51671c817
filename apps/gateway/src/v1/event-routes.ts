import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ledger } from '@kieq/ledger';
import { z } from 'zod';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { whenOver } from '../request-over.ts';
import { route } from '../routes.ts';
import type { EndEvent, StateEvent } from './event-schemas.ts';
import { OpenSlots } from './open-slots.ts';
import { streamStart, type StreamStart } from './event-position.ts';
import { EventStream } from './event-stream.ts';
import { idParams } from './schemas.ts';
import { viewOf } from './view.ts';
import { visibleRecord } from './visible.ts';

const DESCRIPTION =
  `Server-Sent Events. The first event \`state\` has the current state, each further one a change, with
its position as \`id\`. When the generation ends, the event \`end\` follows, with the reason if there is no video, and the
stream closes. With \`Last-Event-ID\` the stream starts with the changes since that event instead of the current state.
204 means that the generation has ended and no further event exists; an EventSource then stops. Comments keep the
connection alive.`.replaceAll('\n', ' ');

const eventQuery = z.strictObject({
  lastEventId: z
    .string()
    .max(100)
    .optional()
    .describe('Same as the header, for clients that cannot set headers. The header takes precedence'),
});
const eventHeaders = z.object({ 'last-event-id': z.string().optional().describe('Id of the last event received') });
const eventsAnswer = {
  description: 'Stream of events',
  content: { 'text/event-stream': { schema: z.string() } },
};

/** `GET /v1/generations/:id/events`. */
export function eventRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const open = new Set<EventStream>();
  const { eventStreams: inAll, eventStreamsPerKey: perKey } = deps.settings.limits;
  const slots = new OpenSlots({ inAll, perKey, what: 'open event streams' });
  const takeSlot = ({ keyId = 'local' }: Caller): (() => void) => {
    try {
      return slots.take(keyId);
    } catch (error) {
      deps.metrics.refused(error, 'events');
      throw error;
    }
  };
  // A closing server waits for open responses.
  deps.stopping.addEventListener('abort', () => {
    for (const stream of open) stream.end();
  });
  route(app, {
    method: 'GET',
    url: '/v1/generations/:id/events',
    schema: {
      operationId: 'streamGenerationEvents',
      summary: 'Follow a generation until it ends',
      description: DESCRIPTION,
      tags: ['generations'],
      params: idParams,
      querystring: eventQuery,
      headers: eventHeaders,
      response: {
        200: eventsAnswer,
        204: z.null().describe('The generation has ended, and the client has received every event'),
      },
    },
    errors: ['not_found'],
    streams: true,
    async handler({ params, query, caller, request, reply }) {
      // The slot is released when the response ends, for any reason.
      whenOver(request, takeSlot(caller));
      const record = await visibleRecord(deps, caller, params.id);
      const start = await streamStart(deps.ledger, record, lastSeen(request, query.lastEventId));
      if (start.kind === 'over') return reply.code(204).send();
      const stream = openStream(reply, deps.settings.heartbeatMs);
      open.add(stream);
      deps.metrics.eventStreams.inc();
      try {
        // No error status is sent: an EventSource would not reconnect after it.
        if (!deps.stopping.aborted) await follow(deps, record.id, start, stream);
      } catch (error) {
        // The client reconnects and resumes after its last event.
        deps.logger.warn(
          { err: error, request: request.id },
          'An event stream failed; its client can reconnect and resume.',
        );
      } finally {
        stream.end();
        open.delete(stream);
        deps.metrics.eventStreams.dec();
      }
      return reply;
    },
  });
}

/** Sends events until the generation ends or the stream is closed. */
async function follow(
  { producer, ledger }: GatewayDeps,
  id: string,
  start: Exclude<StreamStart, { kind: 'over' }>,
  stream: EventStream,
): Promise<void> {
  const signal = stream.closed;
  const events = producer.get(id).events(start.kind === 'resumed' ? { signal, after: start.after } : { signal });
  let last: string | undefined;
  for await (const { id: eventId, state, event } of events) {
    // The first event has no id; it covers everything up to `position`. A later event without an id comes from a read
    // of the state, not from the stream of events: a position with it would make a resuming client repeat events.
    const position = eventId ?? (start.kind === 'fresh' && last === undefined ? start.position : undefined);
    stream.send({ id: position, event: 'state', data: { id, state, event } satisfies StateEvent });
    last = state;
  }
  if (signal.aborted) return;
  const why = last === 'dead' || last === 'failed' ? await reasonOf(ledger, id) : {};
  const data: EndEvent = { id, ...(last === undefined ? {} : { state: last }), ...why };
  stream.send({ event: 'end', data });
}

/** Why there is no video, in the fields of the generation itself. */
async function reasonOf({ read }: Ledger, id: string): Promise<Omit<EndEvent, 'id'>> {
  const record = await read.generation(id);
  if (record === undefined) return {};
  const { failCode, failMsg, deadLetter } = viewOf(record, []);
  return { failCode, failMsg, class: deadLetter?.class };
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

function lastSeen({ headers }: FastifyRequest, query: string | undefined): string | undefined {
  const header = headers['last-event-id'];
  return typeof header === 'string' ? header : query;
}
