import { basename, dirname } from 'node:path';
import { send } from '@fastify/send';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ArchivedFile, GenerationRecord } from '@kieq/ledger';
import type { BlobStore } from '@kieq/storage';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { idParams } from './forms.ts';
import { visibleRecord } from './visible.ts';

/** A link into a bucket is followed at once; a download that began goes on after its end. */
const LINK_VALID_MS = 900_000;
/** What has a name never changes; only the asking client may keep it. */
const KEPT = 'private, max-age=86400, immutable';
const LINK_KEPT = 'private, no-store';

const DESCRIPTION = `The bytes of an archived result, whole or by \`Range\`, or a redirect to a link into the bucket
that is valid for 15 minutes. \`Repr-Digest\` has the SHA-256 that was computed when it was saved.`.replaceAll(
  '\n',
  ' ',
);

const resultParams = idParams.extend({
  n: z.coerce.number().int().min(1).max(1000).describe('Which result, from 1'),
});
const bytes = { 'video/*': { schema: z.string() }, 'image/*': { schema: z.string() } };

/** `GET /v1/generations/:id/results/:n`. */
export function resultRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'GET',
    url: '/v1/generations/:id/results/:n',
    schema: {
      summary: 'Fetch an archived result',
      description: DESCRIPTION,
      tags: ['generations'],
      params: resultParams,
      headers: z.object({ range: z.string().optional().describe('`bytes=<first>-<last>`') }),
      response: {
        200: { description: 'The file', content: bytes },
        206: { description: 'Some of its bytes', content: bytes },
        302: z.null().describe('The file is in a bucket, at `Location`'),
        304: z.null().describe('The client has it already'),
      },
    },
    errors: ['not_found', 'gone', 'precondition_failed', 'range_not_satisfiable'],
    async handler({ params: { id, n }, caller, request, reply }) {
      const record = await visibleRecord(deps, caller, id);
      const file = record.archiving?.files[n - 1];
      if (file === undefined) throw new ApiError('not_found', whyNone(record, n));
      const store = await storeWith(deps, file.name);
      const link = await store.link(file.name, {
        validMs: LINK_VALID_MS,
        contentType: file.contentType,
        disposition: dispositionOf(file.name),
      });
      if (link !== undefined) return reply.header('cache-control', LINK_KEPT).redirect(link, 302);
      return sendFile(store.pathOf(file.name) ?? '', file, request, reply);
    },
  });
}

/** The names of the archive are letters, digits and `. _ -`: nothing has to be escaped. */
function dispositionOf(name: string): string {
  return `inline; filename="${basename(name)}"`;
}

function whyNone({ state, archiving, purgedAt }: GenerationRecord, n: number): string {
  if (purgedAt !== undefined) return 'the generation was deleted, and its results with it';
  const count = archiving?.files.length ?? 0;
  if (count > 0) return `there is no result ${n}; the generation has ${count}`;
  if (archiving === undefined) return `its results are not archived (it is ${state}); resultUrls are Kie's links`;
  return archiving.state === 'failed' ? 'its results could not be archived' : 'its results are still being archived';
}

/** @throws ApiError `unavailable` without an archive, `gone` without the file; StorageError */
async function storeWith({ archive }: GatewayDeps, name: string): Promise<BlobStore> {
  if (archive === undefined)
    throw new ApiError(
      'unavailable',
      'the result is archived, and this gateway does not know where: ARCHIVE_URL is not set',
    );
  if ((await archive.stat(name)) === undefined)
    throw new ApiError('gone', 'the result was archived, and its file has been removed since');
  return archive;
}

/** Ranges, conditions and HEAD are the library's part. */
async function sendFile(path: string, file: ArchivedFile, request: FastifyRequest, reply: FastifyReply) {
  const found = await send(request.raw, `/${basename(path)}`, {
    root: dirname(path),
    cacheControl: false,
    contentType: false,
    index: false,
  });
  if (found.type !== 'file') {
    if (found.statusCode === 416) reply.header('content-range', `bytes */${file.bytes}`);
    throw refusal(found.statusCode, file);
  }
  const own = {
    'cache-control': KEPT,
    'content-disposition': dispositionOf(file.name),
    'repr-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
  };
  return reply
    .code(found.statusCode)
    .headers({ ...found.headers, ...own })
    .type(file.contentType)
    .send(found.stream);
}

function refusal(status: number, { bytes: size }: ArchivedFile): ApiError {
  switch (status) {
    case 404:
      return new ApiError('gone', 'the result was archived, and its file has been removed since');
    case 412:
      return new ApiError('precondition_failed', 'If-Match or If-Unmodified-Since do not fit the file');
    case 416:
      return new ApiError('range_not_satisfiable', `the file has ${size} bytes`);
    default:
      return new ApiError('unavailable', 'the archive does not work');
  }
}
