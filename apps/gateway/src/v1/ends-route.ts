import type { FastifyInstance } from 'fastify';
import { createResultLinks } from '@kieq/queue';
import { z } from 'zod';
import { tenantFor } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { endsStart } from './ends-position.ts';
import { followEnds } from './ends.ts';
import { instantSchema, tenantSchema } from './schemas.ts';
import { eventHeaders, eventsAnswer, lastEventIdSchema } from './stream-schemas.ts';
import { lastSeen, StreamHost } from './stream-host.ts';

const DESCRIPTION =
  `Server-Sent Events without an end: one for each end of a generation, whether it has a \`callBackUrl\` or not, from the
moment of the connection. The event \`webhook\` has \`webhookId\` and \`body\`, the text that a delivery to a
\`callBackUrl\` has, with \`generation\`, \`tenant\` and \`state\`. The event \`held\` tells of a dead letter about which
callers are told nothing before \`heldUntil\`. The event \`missed\` comes first if ends after \`Last-Event-ID\` may be gone:
the pool keeps about 10 000 changes. The same \`webhookId\` may come again after a reconnect.`.replaceAll('\n', ' ');

const endsQuery = z.strictObject({
  tenant: tenantSchema.optional().describe('For operators; a tenant sees only its own generations'),
  since: instantSchema
    .optional()
    .describe(
      'Ends from this time on come first, as far as the pool keeps them: epoch milliseconds, a date, or an ISO 8601 time with a zone. `Last-Event-ID` takes precedence',
    ),
  lastEventId: lastEventIdSchema,
});

/** `GET /v1/events`. */
export function endsRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const { endStreams, endStreamsPerKey, endStreamPauseMs: pauseMs } = deps.settings.limits;
  const host = new StreamHost(deps, { inAll: endStreams, perKey: endStreamsPerKey, what: 'open streams of ends' });
  const links = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  route(app, {
    method: 'GET',
    url: '/v1/events',
    schema: {
      operationId: 'streamEnds',
      summary: 'Follow the ends of all generations',
      description: DESCRIPTION,
      tags: ['generations'],
      querystring: endsQuery,
      headers: eventHeaders,
      response: { 200: eventsAnswer },
    },
    streams: true,
    async handler({ query, caller, request, reply }) {
      const owner = tenantFor(caller, query.tenant);
      host.admit(caller, request);
      const place = { lastSeen: lastSeen(request, query.lastEventId), since: query.since };
      const start = await endsStart(deps.ledger, place);
      return host.serve({ request, reply }, (stream) =>
        followEnds({ ledger: deps.ledger, links, pauseMs }, owner, start, stream),
      );
    },
  });
}
