import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { audit } from '../audit.ts';
import type { GatewayDeps } from '../deps.ts';
import { parseCaller } from '../problems.ts';
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
const oneBody = z.strictObject({
  ...choices,
  class: classSchema
    .optional()
    .describe('Class of the dead letter; required if the generation and its delivery each have one'),
});
const classBody = z.strictObject({
  ...choices,
  class: classSchema,
  limit: z.int().min(1).max(1000).default(100),
  tenant: tenantSchema.optional(),
});

/** Routes that list and redrive dead letters. */
export function deadLetterRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const tags = ['dead letters'];
  route(app, {
    method: 'GET',
    url: '/v1/dead-letters',
    schema: {
      summary: 'List open dead letters, newest first',
      tags,
      querystring: listQuery,
      response: { 200: z.object({ items: z.array(deadLetterSchema), nextCursor: z.string().optional() }) },
    },
    handler: ({ query, caller }) => readDeadLetters(deps, query, caller),
  });
  route(app, {
    method: 'POST',
    url: '/v1/dead-letters/:id/redrive',
    schema: {
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
      summary: 'Resume open dead letters of a class, oldest first',
      description:
        'Redrives at most 50 per second. Closing the connection stops it. `more` is true if further dead letters are left.',
      tags,
      body: classBody,
      response: { 200: z.object({ items: z.array(redriveResultSchema), more: z.boolean() }) },
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
