import type { FastifyInstance } from 'fastify';
import type { Enqueued } from '@kieq/producer';
import { z } from 'zod';
import { audit } from '../audit.ts';
import { tenantFor } from '../caller.ts';
import { outcomeOf } from '../create-outcome.ts';
import type { GatewayDeps } from '../deps.ts';
import { json } from '../error-responses.ts';
import { idempotencyHeaders, idempotencyKeyOf } from '../idempotency-key.ts';
import { CREATE_REQUESTS } from '../openapi/create-requests.ts';
import { GENERATION_ID, KIE_CREATE_TASK } from '../openapi/examples.ts';
import { route, type Call } from '../routes.ts';
import { ownScrubber } from '../own-scrubber.ts';
import { blankKeyHeader, headerText, ignoredNames, WARNINGS_HEADER, type Warning } from '../warnings.ts';
import { checkTask } from './check-task.ts';
import { createdTask, success, successOf } from './schemas.ts';

/** Documents the body that `checkTask` takes. */
const kieCreateTask = z
  .union(CREATE_REQUESTS.map(({ name, shape }) => z.object(shape).meta({ id: `${name}Task` })))
  .meta({ id: 'KieCreateTask', examples: [KIE_CREATE_TASK] });
const response = successOf('KieCreateTaskResponse', createdTask, { taskId: GENERATION_ID, recordId: GENERATION_ID });

/** POST /api/v1/jobs/createTask (docs/kie/api.md#create-a-task): responds as soon as Redis has the request. */
export function createTaskRoute(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'POST',
    url: '/api/v1/jobs/createTask',
    schema: {
      operationId: 'kieCreateTask',
      summary: 'Create a generation task',
      tags: ['kie'],
      headers: idempotencyHeaders,
      body: kieCreateTask,
      response: {
        200: json('`X-Kieq-Warnings` names the fields of the request that have no effect', response),
      },
    },
    errors: ['idempotency_conflict'],
    handler: (call) => createKieTask(deps, call),
  });
}

/**
 * Creates the generation of a body of createTask, also of one that another endpoint of Kie was translated to.
 * @param ignored fields of the untranslated body that have no effect
 */
export async function createKieTask(deps: GatewayDeps, call: Call<unknown, unknown>, ignored: readonly string[] = []) {
  const { id, created } = await create(deps, call, ignored).catch((error: unknown) => {
    deps.metrics.created.inc({ api: 'kie', outcome: outcomeOf(error) });
    throw error;
  });
  deps.metrics.created.inc({ api: 'kie', outcome: created ? 'created' : 'exists' });
  if (created) audit(deps, call.request, 'create', [id]);
  return success({ taskId: id, recordId: id });
}

async function create(
  { producer, settings, scrub }: GatewayDeps,
  { request, body, caller, reply }: Call<unknown, unknown>,
  untranslated: readonly string[],
): Promise<Enqueued> {
  const before = [...blankKeyHeader(request), ...ignoredNames(untranslated)];
  const from = { tenant: tenantFor(caller, undefined), idempotencyKey: idempotencyKeyOf(request) };
  const warn = (ignored: Warning[]): void => {
    const warnings = [...before, ...ignored];
    if (warnings.length > 0) reply.header(WARNINGS_HEADER, headerText(warnings, ownScrubber(request, scrub)));
  };
  const task = checkTask(body, from, { allowPrivateUrls: settings.allowPrivateUrls, warn });
  return producer.enqueue(task.request, task.options);
}
