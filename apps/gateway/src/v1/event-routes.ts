import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ledger } from '@kieq/ledger';
import { z } from 'zod';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { whenOver } from '../request-over.ts';
import { route } from '../routes.ts';
import { EventSlots } from './event-slots.ts';
import { streamStart, type StreamStart } from './event-position.ts';
import { EventStream } from './event-stream.ts';
import { idParams } from './schemas.ts';
import { viewOf } from './view.ts';
import { visibleRecord } from './visible.ts';

const DESCRIPTION = `Server-Sent Events. The first event \`state\` tells the state of now; each further one a change,
with its place as \`id\`. When the generation has ended, \`end\` comes, with the reason where there is no video, and the stream closes. With \`Last-Event-ID\` the
changes since then come instead of the first one; 204 when it has ended and nothing is new, so that an EventSource stops.
A comment comes now and then, so that nobody takes the silence for the end.`.replaceAll('\n', ' ');

const eventQuery = z.strictObject({
  lastEventId: z.string().max(100).optional().describe('Like the header, for who cannot set one; the header wins'),
});
const eventHeaders = z.object({ 'last-event-id': z.string().optional().describe('Id of the last event seen') });
const eventsAnswer = {
  description: 'The events',
  content: { 'text/event-stream': { schema: z.string() } },
};

/** `GET /v1/generations/:id/events`. */
export function eventRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const open = new Set<EventStream>();
  const slots = new EventSlots(deps.settings.limits);
  const takeSlot = ({ keyId = 'local' }: Caller): (() => void) => {
    try {
      return slots.take(keyId);
    } catch (error) {
      deps.metrics.refused(error, 'events');
      throw error;
    }
  };
  // A closing server waits for open answers.
  deps.stopping.addEventListener('abort', () => {
    for (const stream of open) stream.end();
  });
  route(app, {
    method: 'GET',
    url: '/v1/generations/:id/events',
    schema: {
      summary: 'Follow a generation until it ends',
      description: DESCRIPTION,
      tags: ['generations'],
      params: idParams,
      querystring: eventQuery,
      headers: eventHeaders,
      response: { 200: eventsAnswer, 204: z.null().describe('It has ended, and every event was seen') },
    },
    errors: ['not_found'],
    streams: true,
    async handler({ params, query, caller, request, reply }) {
      // Given back when the answer is over, however it ends.
      whenOver(request, takeSlot(caller));
      const record = await visibleRecord(deps, caller, params.id);
      const start = await streamStart(deps.ledger, record, lastSeen(request, query.lastEventId));
      if (start.kind === 'over') return reply.code(204).send();
      const stream = openStream(reply, deps.settings.heartbeatMs);
      open.add(stream);
      deps.metrics.eventStreams.inc();
      try {
        // Any error status would keep an EventSource from coming back.
        if (!deps.stopping.aborted) await follow(deps, record.id, start, stream);
      } catch (error) {
        // The client comes back and goes on where it was.
        deps.logger.warn({ err: error, request: request.id }, 'an event stream broke off');
      } finally {
        stream.end();
        open.delete(stream);
        deps.metrics.eventStreams.dec();
      }
      return reply;
    },
  });
}

/** Sends what happens until the generation has ended or the stream is closed. */
async function follow(
  { producer, ledger }: GatewayDeps,
  id: string,
  start: Exclude<StreamStart, { kind: 'over' }>,
  stream: EventStream,
): Promise<void> {
  const signal = stream.closed;
  const events = producer.get(id).events(start.kind === 'resumed' ? { signal, after: start.after } : { signal });
  let last: string | undefined;
  for await (const { id: place, state, event } of events) {
    // The first one has no place of its own: what happened before `position` is in it. A later one without a place
    // was read and not heard; it must not send a client back that resumes.
    const position = place ?? (start.kind === 'fresh' && last === undefined ? start.position : undefined);
    stream.send({ id: position, event: 'state', data: { id, state, event } });
    last = state;
  }
  if (signal.aborted) return;
  const why = last === 'dead' || last === 'failed' ? await reasonOf(ledger, id) : {};
  stream.send({ event: 'end', data: { id, ...(last === undefined ? {} : { state: last }), ...why } });
}

/** Why there is no video, as the generation itself would tell it. */
async function reasonOf({ read }: Ledger, id: string): Promise<object> {
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
    // nginx would keep the events back otherwise.
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
