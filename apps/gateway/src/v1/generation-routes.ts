import { isEnded } from '@kieq/domain';
import type { FastifyInstance } from 'fastify';
import { createResultLinks, type ResultLinks } from '@kieq/queue';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { audit } from '../audit.ts';
import { tenantFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { CURSOR, GENERATION, GENERATION_ID } from '../openapi/examples.ts';
import { route } from '../routes.ts';
import { cursorSchema, idParams, instantSchema, limitSchema, stateSchema, tenantSchema } from './schemas.ts';
import { fillPage } from './page.ts';
import { viewSchema, viewOf, type View } from './view.ts';
import { visibleRecord } from './visible.ts';
import { waitQuery, type Waiting } from './waiting.ts';

const listQuery = z.strictObject({
  state: stateSchema.optional(),
  tenant: tenantSchema.optional().describe('For operators; a tenant sees only its own generations'),
  from: instantSchema
    .optional()
    .describe('Earliest creation time: epoch milliseconds, a date, or an ISO 8601 time with a zone'),
  to: instantSchema.optional().describe('Latest creation time, in the formats of `from`'),
  limit: limitSchema,
  cursor: cursorSchema.optional(),
});
const listAnswer = z
  .object({
    items: z.array(viewSchema),
    nextCursor: z.string().optional().describe('Cursor of the next page; absent on the last page'),
  })
  .meta({ id: 'GenerationPage', examples: [{ items: [GENERATION], nextCursor: CURSOR }] });
const cancelledSchema = z
  .object({ id: z.string(), state: z.literal('cancelled') })
  .meta({ id: 'Cancelled', examples: [{ id: GENERATION_ID, state: 'cancelled' }] });

/** Routes that list, read and cancel generations. */
export function generationRoutes(app: FastifyInstance, deps: GatewayDeps, waiting: Waiting): void {
  const links = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  route(app, {
    method: 'GET',
    url: '/v1/generations',
    schema: {
      operationId: 'listGenerations',
      summary: 'List generations, newest first',
      description: 'A page may be short or empty and still have a `nextCursor`. The list ends where there is none.',
      tags: ['generations'],
      querystring: listQuery,
      response: { 200: listAnswer },
    },
    handler: ({ query, caller }) => list(deps, links, query, caller),
  });
  route(app, {
    method: 'GET',
    url: '/v1/generations/:id',
    schema: {
      operationId: 'getGeneration',
      summary: 'Read a generation',
      description: 'With `wait` the response comes when the generation has ended, at the latest after that time.',
      tags: ['generations'],
      params: idParams,
      querystring: z.object(waitQuery),
      response: { 200: viewSchema },
    },
    errors: ['not_found'],
    handler: async (call) => {
      const { params, caller, query } = call;
      const before = await visibleRecord(deps, caller, params.id);
      const waits = query.wait > 0 && !isEnded(before.state);
      if (waits) await waiting.untilEnd(call, params.id);
      const record = waits ? await visibleRecord(deps, caller, params.id) : before;
      return viewOf(record, await links.of(record));
    },
  });
  route(app, {
    method: 'DELETE',
    url: '/v1/generations/:id',
    schema: {
      operationId: 'cancelGeneration',
      summary: 'Cancel a generation that is still queued',
      description:
        'After the submission the answer is 409 `too_late`: Kie cannot recall a task. Repeating the call is harmless.',
      tags: ['generations'],
      params: idParams,
      response: { 200: cancelledSchema },
    },
    // The route needs no body, but reads one if it comes.
    errors: ['not_found', 'too_late', 'too_slow', 'body_too_large', 'unsupported_media_type'],
    bodyIsOptional: true,
    async handler({ params, caller, request }) {
      const cancelled = await cancel(deps, params.id, caller);
      audit(deps, request, 'cancel', [params.id]);
      return cancelled;
    },
  });
}

async function list(
  { ledger }: GatewayDeps,
  links: ResultLinks,
  { limit, cursor, state, from, to, tenant }: z.output<typeof listQuery>,
  caller: Caller,
): Promise<{ items: View[]; nextCursor?: string }> {
  const owner = tenantFor(caller, tenant);
  const filter = {
    ...(owner === undefined ? {} : { tenant: owner }),
    ...(state === undefined ? {} : { state }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  const { entries, ...next } = await fillPage(
    (size, position) =>
      ledger.read.list({ ...filter, limit: size, ...(position === undefined ? {} : { cursor: position }) }),
    limit,
    cursor,
  );
  const records = (await ledger.read.generations(entries.map(({ id }) => id))).filter((one) => one !== undefined);
  const linksOf = await links.ofEach(records);
  return { items: records.map((record, i) => viewOf(record, linksOf[i] ?? [])), ...next };
}

async function cancel(
  deps: GatewayDeps,
  id: string,
  caller: Caller,
): Promise<{ readonly id: string; readonly state: 'cancelled' }> {
  await visibleRecord(deps, caller, id);
  const reply = await deps.producer.get(id).cancel();
  if (reply.cancelled) return { id, state: 'cancelled' };
  throw new ApiError('too_late', `The generation is ${reply.state} and can no longer be cancelled.`);
}
