import type { FastifyInstance } from 'fastify';
import { createRequestSchema } from '@kieq/kie';
import type { Enqueued } from '@kieq/producer';
import { tenantFor } from '../caller.ts';
import { outcomeOf } from '../create-outcome.ts';
import type { GatewayDeps } from '../deps.ts';
import { idempotencyHeaders, idempotencyKeyOf } from '../idempotency-key.ts';
import { route, type Call } from '../routes.ts';
import { checkTask } from './check-task.ts';
import { createdTask, success, successOf } from './schemas.ts';

/** POST /api/v1/jobs/createTask (kie-image-to-video-api.md, section 1): answers as soon as Redis holds the request. */
export function createTaskRoute(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'POST',
    url: '/api/v1/jobs/createTask',
    schema: {
      summary: 'Create a generation task',
      tags: ['kie'],
      headers: idempotencyHeaders,
      body: createRequestSchema,
      response: { 200: successOf(createdTask) },
    },
    errors: ['idempotency_conflict'],
    handler: async (call) => {
      const { id, created } = await create(deps, call).catch((error: unknown) => {
        deps.metrics.created.inc({ api: 'kie', outcome: outcomeOf(error) });
        throw error;
      });
      deps.metrics.created.inc({ api: 'kie', outcome: created ? 'created' : 'exists' });
      return success({ taskId: id, recordId: id });
    },
  });
}

async function create(
  { producer, settings }: GatewayDeps,
  { request, body, caller }: Call<unknown, unknown>,
): Promise<Enqueued> {
  const from = { tenant: tenantFor(caller, undefined), idempotencyKey: idempotencyKeyOf(request) };
  const task = checkTask(body, from, settings.allowPrivateUrls);
  return producer.enqueue(task.request, task.options);
}
