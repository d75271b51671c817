import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { audit } from '../audit.ts';
import type { GatewayDeps } from '../deps.ts';
import { parseCaller } from '../problems.ts';
import { OPEN_DEAD_LETTER, REDRIVEN } from '../openapi/examples.ts';
import { route } from '../routes.ts';
import { deadLetterSchema, readDeadLetters } from './dead-letters.ts';
import { disconnectSignal } from './disconnect.ts';
import { classSchema, cursorSchema, idParams, limitSchema, tenantSchema } from './schemas.ts';
import { redriveAll, redriveById, redriveResultSchema, resumedSchema } from './redrive.ts';

const listQuery = z.strictObject({
  class: classSchema.optional(),
  tenant: tenantSchema.optional().describe('For operators; a tenant sees only its own dead letters'),
  limit: limitSchema,
  cursor: cursorSchema.optional(),
});

const choices = {
  payAgain: z.boolean().default(false).describe('Submit again although a paid task may exist: may pay twice'),
  dryRun: z.boolean().default(false).describe('Report the outcome and change nothing'),
};
const oneBody = z
  .strictObject({
    ...choices,
    class: classSchema
      .optional()
      .describe('Class of the dead letter; required if the generation and its delivery each have one'),
  })
  .meta({ id: 'RedriveRequest', examples: [{ payAgain: false, dryRun: true }] });
const classBody = z
  .strictObject({
    ...choices,
    class: classSchema,
    limit: z.int().min(1).max(1000).default(100),
    tenant: tenantSchema.optional(),
  })
  .meta({ id: 'RedriveClassRequest', examples: [{ class: 'insufficient_credits', dryRun: true }] });

const listAnswer = z
  .object({
    items: z.array(deadLetterSchema),
    nextCursor: z.string().optional().describe('Cursor of the next page; absent on the last page'),
  })
  .meta({ id: 'OpenDeadLetterPage', examples: [{ items: [OPEN_DEAD_LETTER] }] });
const classAnswer = z
  .object({ items: z.array(redriveResultSchema), more: z.boolean() })
  .meta({ id: 'RedriveClassResult', examples: [{ items: [REDRIVEN], more: false }] });

/** Routes that list and redrive dead letters. */
export function deadLetterRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const tags = ['dead letters'];
  route(app, {
    method: 'GET',
    url: '/v1/dead-letters',
    schema: {
      operationId: 'listDeadLetters',
      summary: 'List open dead letters, newest first',
      tags,
      querystring: listQuery,
      response: { 200: listAnswer },
    },
    handler: ({ query, caller }) => readDeadLetters(deps, query, caller),
  });
  route(app, {
    method: 'POST',
    url: '/v1/dead-letters/:id/redrive',
    schema: {
      operationId: 'redriveDeadLetter',
      summary: 'Resume a dead letter at the step that its class names',
      tags,
      params: idParams,
      body: oneBody,
      response: { 200: resumedSchema },
    },
    errors: ['not_found', 'not_redrivable'],
    bodyIsOptional: true,
    async handler({ params, body, caller, request }) {
      const resumed = await redriveById(deps, params.id, parseCaller(oneBody, body ?? {}), caller);
      audit(deps, request, 'redrive', resumedIds([resumed]));
      return resumed;
    },
  });
  route(app, {
    method: 'POST',
    url: '/v1/dead-letters/redrive',
    schema: {
      operationId: 'redriveDeadLetters',
      summary: 'Resume open dead letters of a class, oldest first',
      description:
        'Redrives at most 50 per second. Closing the connection stops it. `more` is true if further dead letters are left.',
      tags,
      body: classBody,
      response: { 200: classAnswer },
    },
    handler: ({ body, caller, request, reply }) =>
      redriveAll(deps, parseCaller(classBody, body), {
        caller,
        signal: disconnectSignal(reply),
        onEnd: (results) => audit(deps, request, 'redrive', resumedIds(results)),
      }),
  });
}

/** Empty for a dry run. */
function resumedIds(results: readonly { readonly kind: string; readonly id: string }[]): string[] {
  return results.flatMap(({ kind, id }) => (kind === 'resumed' ? [id] : []));
}
