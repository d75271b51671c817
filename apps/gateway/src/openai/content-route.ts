import { posterName } from '@kieq/archive';
import type { GenerationRecord } from '@kieq/ledger';
import { createResultLinks, type ResultLinks } from '@kieq/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { answerFile, storeWith } from '../archived-file.ts';
import type { GatewayDeps } from '../deps.ts';
import { fileSchema } from '../error-responses.ts';
import { route, type Call } from '../routes.ts';
import { visibleRecord } from '../v1/visible.ts';
import { videoParams } from './schemas.ts';
import { videoOf } from './video-view.ts';

const contentQuery = z.object({
  variant: z.enum(['video', 'thumbnail', 'spritesheet']).default('video').describe('There are no spritesheets'),
});
type ContentCall = Call<z.output<typeof videoParams>, z.output<typeof contentQuery>>;
const NO_PICTURE = 'There is no picture of this video: workers make them with ffmpeg, in an archive.';
const POSTER_TYPE = 'image/jpeg';
const bytes = { 'video/*': { schema: fileSchema }, 'image/*': { schema: fileSchema } };

/** `GET /v1/videos/:id/content`. */
export function contentRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const links = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  route(app, {
    method: 'GET',
    url: '/v1/videos/:id/content',
    schema: {
      operationId: 'openAiDownloadVideo',
      summary: 'Fetch the video, or its picture',
      description:
        'The archived file, whole or by `Range`; else a redirect to the result. Clients must follow it without the key.',
      tags: ['openai'],
      params: videoParams,
      querystring: contentQuery,
      response: {
        200: { description: 'The file', content: bytes },
        206: { description: 'The requested range of the file', content: bytes },
        302: z.null().describe('The file is elsewhere; `Location` is a link to it'),
        304: z.null().describe('The copy of the client is current'),
      },
    },
    errors: ['not_found', 'gone', 'precondition_failed', 'range_not_satisfiable'],
    handler: (call) => content(deps, links, call),
  });
}

async function content(deps: GatewayDeps, links: ResultLinks, call: ContentCall) {
  const { params, query, caller } = call;
  const record = await visibleRecord(deps, caller, params.id);
  if (query.variant === 'spritesheet') throw new ApiError('not_found', 'kieq makes no spritesheets.');
  await refuseUnfinished(deps, record);
  return query.variant === 'thumbnail' ? thumbnail(deps, record, call) : video(deps, links, record, call);
}

/** @throws ApiError `not_found` unless there is a video */
async function refuseUnfinished({ ledger }: GatewayDeps, record: GenerationRecord): Promise<void> {
  if (record.purgedAt !== undefined) throw new ApiError('not_found', 'The video was purged.');
  const { status } = videoOf(record, await ledger.read.now());
  if (status !== 'completed') throw new ApiError('not_found', `The video has no content: it is ${status}.`);
}

async function video(deps: GatewayDeps, links: ResultLinks, record: GenerationRecord, { request, reply }: ContentCall) {
  const file = record.archiving?.files[0];
  if (file !== undefined && deps.archive !== undefined)
    return answerFile(await storeWith(deps, file.name), file, request, reply);
  const [link] = await links.of(record);
  if (link === undefined) throw new ApiError('not_found', 'Kie named no result of this generation.');
  return reply.header('cache-control', 'private, no-store').redirect(link, 302);
}

async function thumbnail(deps: GatewayDeps, record: GenerationRecord, { request, reply }: ContentCall) {
  const name = record.archiving?.files[0]?.name;
  if (name === undefined || deps.archive === undefined) throw new ApiError('not_found', NO_PICTURE);
  const poster = posterName(name);
  const store = await storeWith(deps, poster).catch((error: unknown) => {
    throw error instanceof ApiError && error.code === 'gone' ? new ApiError('not_found', NO_PICTURE) : error;
  });
  return answerFile(store, { name: poster, contentType: POSTER_TYPE }, request, reply);
}
