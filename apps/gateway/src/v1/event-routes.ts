import type { FastifyInstance } from 'fastify';
import type { Ledger } from '@kieq/ledger';
import { z } from 'zod';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import type { EndEvent, StateEvent } from './event-schemas.ts';
import { streamStart, type StreamStart } from './event-position.ts';
import type { EventStream } from './event-stream.ts';
import { idParams } from './schemas.ts';
import { eventHeaders, eventsAnswer, lastEventIdSchema } from './stream-schemas.ts';
import { lastSeen, StreamHost } from './stream-host.ts';
import { viewOf } from './view.ts';
import { visibleRecord } from './visible.ts';

const DESCRIPTION =
  `Server-Sent Events. The first event \`state\` has the current state, each further one a change, with
its position as \`id\`. When the generation ends, the event \`end\` follows, with the reason if there is no video, and the
stream closes. With \`Last-Event-ID\` the stream starts with the changes since that event instead of the current state.
204 means that the generation has ended and no further event exists; an EventSource then stops. Comments keep the
connection alive.`.replaceAll('\n', ' ');

const eventQuery = z.strictObject({ lastEventId: lastEventIdSchema });

/** `GET /v1/generations/:id/events`. */
export function eventRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const { eventStreams: inAll, eventStreamsPerKey: perKey } = deps.settings.limits;
  const host = new StreamHost(deps, { inAll, perKey, what: 'open event streams' });
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
      host.admit(caller, request);
      const record = await visibleRecord(deps, caller, params.id);
      const start = await streamStart(deps.ledger, record, lastSeen(request, query.lastEventId));
      if (start.kind === 'over') return reply.code(204).send();
      return host.serve({ request, reply }, (stream) => follow(deps, record.id, start, stream));
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
