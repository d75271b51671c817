import type { FastifyInstance } from 'fastify';
import type { GenerationRecord } from '@kieq/ledger';
import { callerRecord, createResultLinks, readReported } from '@kieq/queue';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { mayActFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { KIE_TASK_RECORD } from '../openapi/examples.ts';
import { route } from '../routes.ts';
import { success, successOf, taskRecord } from './schemas.ts';

const querystring = z.object({
  taskId: z.string('must be given, and once').min(1, 'must not be empty').describe('`taskId` returned by createTask'),
});

const response = successOf('KieRecordInfoResponse', taskRecord, KIE_TASK_RECORD);

/** GET /api/v1/jobs/recordInfo (docs/kie/api.md#query-a-task). */
export function recordInfoRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const resultLinks = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  route(app, {
    method: 'GET',
    url: '/api/v1/jobs/recordInfo',
    schema: {
      operationId: 'kieRecordInfo',
      summary: 'Query a task',
      tags: ['kie'],
      querystring,
      response: { 200: response },
    },
    handler: async ({ query, caller }) => {
      const { record, nowMs, links } = await readReported(deps.ledger, resultLinks, query.taskId);
      // Kie's message for an unknown id.
      if (record === undefined || !isVisible(record, caller))
        throw new ApiError('invalid_request', 'recordInfo is null');
      return success(callerRecord(record, nowMs, links));
    },
  });
}

/** Tombstones and generations of other tenants are invisible. */
function isVisible({ tenant, purgedAt }: GenerationRecord, caller: Caller): boolean {
  return mayActFor(caller, tenant) && purgedAt === undefined;
}
