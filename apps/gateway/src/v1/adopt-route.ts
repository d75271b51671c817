import { adopt } from '@kieq/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { audit } from '../audit.ts';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { GENERATION_ID, TASK_ID } from '../openapi/examples.ts';
import { parseCaller } from '../problems.ts';
import { route } from '../routes.ts';
import { idParams, stateWord } from './schemas.ts';
import { visibleRecord } from './visible.ts';

const adoptBody = z
  .strictObject({
    taskId: z
      .string()
      .regex(/^[^\s\p{Cc}]{1,200}$/u, 'must be a task id of Kie: 1 to 200 characters without blanks')
      .describe('Id of the task at Kie'),
    confirm: z
      .boolean()
      .default(false)
      .describe(
        'Adopt a task that cannot be proven to belong to the generation. If it differs from the request, only an operator may',
      ),
  })
  .meta({ id: 'AdoptRequest', examples: [{ taskId: TASK_ID }] });

const adoptedSchema = z
  .object({
    id: z.string(),
    attempt: z.int().describe('Number of the attempt whose response was lost'),
    state: stateWord,
    already: z.boolean().describe('The attempt already had this task; nothing changed'),
  })
  .meta({ id: 'Adopted', examples: [{ id: GENERATION_ID, attempt: 1, state: 'generating', already: false }] });

/** POST /v1/generations/:id/adopt: what `kieq adopt` does. */
export function adoptRoute(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'POST',
    url: '/v1/generations/:id/adopt',
    schema: {
      operationId: 'adoptTask',
      summary: 'Bind a paid task to the generation whose response was lost',
      description:
        'The gateway reads the task from Kie. The callback address of the attempt in the task proves that they belong together.',
      tags: ['generations'],
      params: idParams,
      body: adoptBody,
      response: { 200: adoptedSchema },
    },
    errors: ['not_found', 'not_adopted'],
    async handler({ params, body, caller, request }) {
      const adopted = await adoptTask(deps, params.id, parseCaller(adoptBody, body), caller);
      audit(deps, request, 'adopt', adopted.already ? [] : [params.id]);
      return adopted;
    },
  });
}

/** @throws ApiError `not_found`, `not_adopted` */
async function adoptTask(
  deps: GatewayDeps,
  id: string,
  { taskId, confirm }: z.output<typeof adoptBody>,
  caller: Caller,
): Promise<z.output<typeof adoptedSchema>> {
  await visibleRecord(deps, caller, id);
  const { ledger, queues, kie, timings, logger } = deps;
  const { tenant } = caller;
  const by = `over HTTP, by ${tenant === undefined ? 'an operator' : `the tenant ${tenant}`}`;
  const own = tenant === undefined ? {} : { tenant };
  const options = { ledger, queues, kie, timings, logger, confirm, by, ...own };
  const result = await adopt(options, id, taskId);
  if (result.kind === 'refused') throw new ApiError('not_adopted', result.reason);
  if (result.kind === 'needs_confirmation')
    throw new ApiError('not_adopted', `Send "confirm": true to adopt the task despite this doubt: ${result.doubt}`);
  const { state } = await visibleRecord(deps, caller, id);
  return { id, attempt: result.attempt, state, already: result.already };
}
