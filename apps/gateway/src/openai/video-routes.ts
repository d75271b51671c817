import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { audit } from '../audit.ts';
import type { GatewayDeps } from '../deps.ts';
import { route, type Call } from '../routes.ts';
import { encodeCursor } from '../v1/cursor.ts';
import { fillPage } from '../v1/page.ts';
import { visibleRecord } from '../v1/visible.ts';
import { deletedVideoSchema, videoListSchema, videoParams, videoSchema } from './schemas.ts';
import { videoOf } from './video-view.ts';

const listQuery = z.object({
  after: z.string().max(300).optional().describe('`last_id` of the page before'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc').describe('By time of creation'),
});
type List = z.infer<typeof videoListSchema>;
type Deleted = z.infer<typeof deletedVideoSchema>;

/** Reads, lists and cancels generations in OpenAI's shape. */
export function videoRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'GET',
    url: '/v1/videos',
    schema: {
      operationId: 'openAiListVideos',
      summary: "List generations in OpenAI's shape",
      tags: ['openai'],
      querystring: listQuery,
      response: { 200: videoListSchema },
    },
    errors: ['not_found'],
    handler: (call) => list(deps, call),
  });
  route(app, {
    method: 'GET',
    url: '/v1/videos/:id',
    schema: {
      operationId: 'openAiGetVideo',
      summary: "Read a generation in OpenAI's shape",
      tags: ['openai'],
      params: videoParams,
      response: { 200: videoSchema },
    },
    errors: ['not_found'],
    handler: async ({ params, caller }) => {
      const [record, nowMs] = await Promise.all([visibleRecord(deps, caller, params.id), deps.ledger.read.now()]);
      return videoOf(record, nowMs);
    },
  });
  route(app, {
    method: 'DELETE',
    url: '/v1/videos/:id',
    schema: {
      operationId: 'openAiDeleteVideo',
      summary: 'Cancel a generation that is still queued',
      description:
        'Nothing is removed: a finished video was paid for, and stays as long as the pool keeps it. `deleted` is false then.',
      tags: ['openai'],
      params: videoParams,
      response: { 200: deletedVideoSchema },
    },
    // The route needs no body, but reads one if it comes.
    errors: ['not_found', 'too_late', 'too_slow', 'body_too_large', 'unsupported_media_type'],
    bodyIsOptional: true,
    handler: (call) => remove(deps, call),
  });
  route(app, {
    method: 'POST',
    url: '/v1/videos/:id/remix',
    schema: {
      operationId: 'openAiRemixVideo',
      summary: 'Not offered: always 404',
      tags: ['openai'],
      params: videoParams,
      response: {},
    },
    errors: ['not_found', 'too_slow', 'body_too_large', 'unsupported_media_type'],
    bodyIsOptional: true,
    handler: () => {
      throw new ApiError(
        'not_found',
        'Kie has no remix of a finished video. Create a new one with POST /v1/videos. Nothing was created.',
      );
    },
  });
}

async function list({ ledger, ...deps }: GatewayDeps, call: Call<unknown, z.output<typeof listQuery>>): Promise<List> {
  const { after, limit, order } = call.query;
  const { tenant } = call.caller;
  const start = after === undefined ? undefined : await visibleRecord({ ledger, ...deps }, call.caller, after);
  const filter = { ...(tenant === undefined ? {} : { tenant }), oldestFirst: order === 'asc' };
  const { entries, nextCursor } = await fillPage(
    (size, cursor) => ledger.read.list({ ...filter, limit: size, ...(cursor === undefined ? {} : { cursor }) }),
    limit,
    start === undefined ? undefined : encodeCursor({ at: start.createdAt, id: start.id }),
  );
  const ids = entries.map(({ id }) => id);
  const [records, nowMs] = await Promise.all([ledger.read.generations(ids), ledger.read.now()]);
  const data = records.flatMap((record) => (record === undefined ? [] : [videoOf(record, nowMs)]));
  const [first_id = null] = ids;
  return { object: 'list', data, first_id, last_id: ids.at(-1) ?? null, has_more: nextCursor !== undefined };
}

/** What is queued is cancelled. What has ended stays: its video was paid for. */
async function remove(
  deps: GatewayDeps,
  { params: { id }, caller, request }: Call<z.output<typeof videoParams>, unknown>,
): Promise<Deleted> {
  await visibleRecord(deps, caller, id);
  const reply = await deps.producer.get(id).cancel();
  if (reply.cancelled) {
    audit(deps, request, 'cancel', [id]);
    return { id, object: 'video.deleted', deleted: true };
  }
  const record = await visibleRecord(deps, caller, id);
  const { status } = videoOf(record, await deps.ledger.read.now());
  if (status === 'completed' || status === 'failed') return { id, object: 'video.deleted', deleted: false };
  throw new ApiError('too_late', `The video is ${status}: Kie cannot recall a task. It stays, and will be paid for.`);
}
