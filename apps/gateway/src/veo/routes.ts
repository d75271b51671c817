import type { FastifyInstance } from 'fastify';
import { createResultLinks, readReported } from '@kieq/queue';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { mayActFor } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { json } from '../error-responses.ts';
import { idempotencyHeaders } from '../idempotency-key.ts';
import { createdTask, success, successOf } from '../kie-api/schemas.ts';
import { createKieTask } from '../kie-api/create-task.ts';
import { GENERATION_ID } from '../openapi/examples.ts';
import { route } from '../routes.ts';
import { VEO_RECORD_EXAMPLE, veoRecord, veoRecordOf } from './record-view.ts';
import { veoTask } from './to-input.ts';

const DESCRIPTION =
  'Translated to createTask with the model `veo-3-1`. The shape is from public descriptions and clients of Kie; it was ' +
  'not compared with the real service.';

/** Documents the body that `veoTask` takes. */
const generateBody = z
  .object({
    prompt: z.string(),
    model: z.string().optional().describe('`veo3`, `veo3_fast` (default) or `veo3_lite`'),
    imageUrls: z.array(z.string()).optional(),
    generationType: z.string().optional(),
    aspect_ratio: z.string().optional().describe('Also as `aspectRatio`'),
    resolution: z.string().optional(),
    duration: z.number().optional(),
    seeds: z.number().optional(),
    watermark: z.string().optional(),
    enableTranslation: z.boolean().optional(),
    callBackUrl: z.string().optional(),
  })
  .meta({ id: 'VeoGenerate', examples: [{ prompt: 'a slow pan', model: 'veo3_fast', aspect_ratio: '16:9' }] });
const generateResponse = successOf('VeoGenerateResponse', createdTask, {
  taskId: GENERATION_ID,
  recordId: GENERATION_ID,
});
const recordResponse = successOf('VeoRecordInfoResponse', veoRecord, VEO_RECORD_EXAMPLE);
const recordQuery = z.object({
  taskId: z.string('must be given, and once').min(1, 'must not be empty').describe('`taskId` returned by generate'),
});
const bodySchema = z.record(z.string(), z.unknown());

/** Kie's Veo endpoints. Further, paid steps on a finished task have no translation. */
export function veoRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const links = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  route(app, {
    method: 'POST',
    url: '/api/v1/veo/generate',
    schema: {
      operationId: 'kieVeoGenerate',
      summary: 'Create a Veo task',
      description: DESCRIPTION,
      tags: ['kie'],
      headers: idempotencyHeaders,
      body: generateBody,
      response: { 200: json('`X-Kieq-Warnings` names the fields that have no effect', generateResponse) },
    },
    errors: ['idempotency_conflict'],
    handler: async (call) => {
      const body = bodySchema.safeParse(call.body);
      if (!body.success) throw new ApiError('unreadable_body', 'The body must be a JSON object.');
      const { task, ignored } = veoTask(body.data);
      return createKieTask(deps, { ...call, body: task }, ignored);
    },
  });
  route(app, {
    method: 'GET',
    url: '/api/v1/veo/record-info',
    schema: {
      operationId: 'kieVeoRecordInfo',
      summary: 'Query a Veo task',
      description: DESCRIPTION,
      tags: ['kie'],
      querystring: recordQuery,
      response: { 200: recordResponse },
    },
    handler: async ({ query, caller }) => {
      const { record, nowMs, links: urls } = await readReported(deps.ledger, links, query.taskId);
      // Tombstones and generations of other tenants are invisible, as in recordInfo.
      if (record === undefined || !mayActFor(caller, record.tenant) || record.purgedAt !== undefined)
        throw new ApiError('invalid_request', 'recordInfo is null');
      return success(veoRecordOf(record, nowMs, urls));
    },
  });
  route(app, {
    method: 'GET',
    url: '/api/v1/veo/get-1080p-video',
    schema: {
      operationId: 'kieVeoGet1080p',
      summary: 'Not offered: always 404',
      tags: ['kie'],
      response: {},
    },
    errors: ['not_found'],
    handler: () => {
      throw new ApiError(
        'not_found',
        'The 1080p step of Veo is another paid task, which kieq does not translate. Ask for "resolution": "1080p" when the task is created.',
      );
    },
  });
  route(app, {
    method: 'POST',
    url: '/api/v1/veo/extend',
    schema: { operationId: 'kieVeoExtend', summary: 'Not offered: always 404', tags: ['kie'], response: {} },
    errors: ['not_found'],
    handler: () => {
      throw new ApiError(
        'not_found',
        'Extending a Veo video is another paid task on a finished one, which kieq does not translate. Nothing was created.',
      );
    },
  });
}
