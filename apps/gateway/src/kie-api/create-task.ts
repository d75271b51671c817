import type { FastifyInstance } from 'fastify';
import { createRequestSchema } from '@kieq/kie';
import type { Enqueued } from '@kieq/producer';
import { audit } from '../audit.ts';
import { tenantFor } from '../caller.ts';
import { outcomeOf } from '../create-outcome.ts';
import type { GatewayDeps } from '../deps.ts';
import { idempotencyHeaders, idempotencyKeyOf } from '../idempotency-key.ts';
import { route, type Call } from '../routes.ts';
import { ownScrubber } from '../own-scrubber.ts';
import { blankKeyHeader, headerText, WARNINGS_HEADER, type Warning } from '../warnings.ts';
import { checkTask } from './check-task.ts';
import { createdTask, success, successOf } from './schemas.ts';

/** POST /api/v1/jobs/createTask (docs/kie/api.md#create-a-task): responds as soon as Redis has the request. */
export function createTaskRoute(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'POST',
    url: '/api/v1/jobs/createTask',
    schema: {
      summary: 'Create a generation task',
      tags: ['kie'],
      headers: idempotencyHeaders,
      body: createRequestSchema,
      response: {
        200: successOf(createdTask).describe('`X-Kieq-Warnings` names the fields of the request that have no effect'),
      },
    },
    errors: ['idempotency_conflict'],
    handler: async (call) => {
      const { id, created } = await create(deps, call).catch((error: unknown) => {
        deps.metrics.created.inc({ api: 'kie', outcome: outcomeOf(error) });
        throw error;
      });
      deps.metrics.created.inc({ api: 'kie', outcome: created ? 'created' : 'exists' });
      if (created) audit(deps, call.request, 'create', [id]);
      return success({ taskId: id, recordId: id });
    },
  });
}

async function create(
  { producer, settings, scrub }: GatewayDeps,
  { request, body, caller, reply }: Call<unknown, unknown>,
): Promise<Enqueued> {
  const from = { tenant: tenantFor(caller, undefined), idempotencyKey: idempotencyKeyOf(request) };
  const warn = (ignored: Warning[]): void => {
    const warnings = [...blankKeyHeader(request), ...ignored];
    if (warnings.length > 0) reply.header(WARNINGS_HEADER, headerText(warnings, ownScrubber(request, scrub)));
  };
  const task = checkTask(body, from, { allowPrivateUrls: settings.allowPrivateUrls, warn });
  return producer.enqueue(task.request, task.options);
}
