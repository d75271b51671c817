import type { FastifyInstance } from 'fastify';
import { GENERATION_ID } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { callerRecord, createResultLinks, readTold } from '@kieq/queue';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { mayActFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { success, successOf, taskRecord } from './schemas.ts';

const querystring = z.object({
  taskId: z.string('must be given, and once').min(1, 'must not be empty').describe('As createTask answered'),
});

/** GET /api/v1/jobs/recordInfo (kie-image-to-video-api.md, section 2). */
export function recordInfoRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const links = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  route(app, {
    method: 'GET',
    url: '/api/v1/jobs/recordInfo',
    schema: { summary: 'Query a task', tags: ['kie'], querystring, response: { 200: successOf(taskRecord) } },
    handler: async ({ query, caller }) => {
      const told = GENERATION_ID.test(query.taskId) ? await readTold(deps.ledger, links, query.taskId) : undefined;
      // Kie's own words for an id that it does not know.
      if (told?.record === undefined || !isVisible(told.record, caller))
        throw new ApiError('invalid_request', 'recordInfo is null');
      return success(callerRecord(told.record, told.nowMs, told.links));
    },
  });
}

/** What was purged is a tombstone, and another tenant's is none of the caller's business. */
function isVisible({ tenant, purgedAt }: GenerationRecord, caller: Caller): boolean {
  return mayActFor(caller, tenant) && purgedAt === undefined;
}
