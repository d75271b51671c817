import type { FastifyInstance } from 'fastify';
import { createResultLinks, type ResultLinks } from '@kieq/queue';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { audit } from '../audit.ts';
import { tenantFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { cursorSchema, idParams, instantSchema, limitSchema, stateSchema, tenantSchema } from './schemas.ts';
import { fillPage } from './page.ts';
import { viewSchema, viewOf, type View } from './view.ts';
import { visibleRecord } from './visible.ts';

const listQuery = z.strictObject({
  state: stateSchema.optional(),
  tenant: tenantSchema.optional().describe('For operators; a tenant sees its own'),
  from: instantSchema
    .optional()
    .describe('Created at or after: epoch milliseconds, a date, or an ISO 8601 time with a zone'),
  to: instantSchema.optional().describe('Created at or before; like `from`'),
  limit: limitSchema,
  cursor: cursorSchema.optional(),
});
const listAnswer = z.object({
  items: z.array(viewSchema),
  nextCursor: z.string().optional().describe('Absent at the end'),
});
const cancelledSchema = z.object({ id: z.string(), state: z.literal('cancelled') });

/** Reading, listing and cancelling. */
export function generationRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const links = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  route(app, {
    method: 'GET',
    url: '/v1/generations',
    schema: {
      summary: 'List generations, newest first',
      description: 'A page can be short, even empty, and still have a `nextCursor`.',
      tags: ['generations'],
      querystring: listQuery,
      response: { 200: listAnswer },
    },
    handler: ({ query, caller }) => list(deps, links, query, caller),
  });
  route(app, {
    method: 'GET',
    url: '/v1/generations/:id',
    schema: { summary: 'Read a generation', tags: ['generations'], params: idParams, response: { 200: viewSchema } },
    errors: ['not_found'],
    handler: async ({ params, caller }) => {
      const record = await visibleRecord(deps, caller, params.id);
      return viewOf(record, await links.of(record));
    },
  });
  route(app, {
    method: 'DELETE',
    url: '/v1/generations/:id',
    schema: {
      summary: 'Cancel a generation that is still queued',
      description: 'Afterwards it is too late: a submitted task cannot be recalled. Repeating it is harmless.',
      tags: ['generations'],
      params: idParams,
      response: { 200: cancelledSchema },
    },
    // It needs no body, and reads one all the same.
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
  throw new ApiError('too_late', `it is ${reply.state} and cannot be cancelled any more`);
}
