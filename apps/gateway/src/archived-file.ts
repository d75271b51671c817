import { basename, dirname } from 'node:path';
import { send } from '@fastify/send';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ArchivedFile } from '@kieq/ledger';
import { dispositionOf } from '@kieq/queue';
import { StorageError, type BlobStore } from '@kieq/storage';
import { ApiError } from './api-error.ts';
import type { GatewayDeps } from './deps.ts';

/** A link into a bucket is followed at once; a download that began goes on after its end. */
const LINK_VALID_MS = 900_000;
/** What has a name never changes; only the asking client may keep it. */
const KEPT = 'private, max-age=86400, immutable';
const LINK_KEPT = 'private, no-store';

const REMOVED = 'the result was archived, and its file has been removed since';

/**
 * The archive, which has this file.
 * @throws ApiError `unavailable` without an archive, or where it does not work; `gone` without the file
 */
export async function storeWith({ archive }: Pick<GatewayDeps, 'archive'>, name: string): Promise<BlobStore> {
  if (archive === undefined)
    throw new ApiError(
      'unavailable',
      'the result is archived, and this gateway does not know where: ARCHIVE_URL is not set',
    );
  if ((await working(archive.stat(name))) === undefined) throw new ApiError('gone', REMOVED);
  return archive;
}

/** The bytes of an archived file, or the way to them; conditions, ranges and HEAD are served. @throws ApiError */
export async function answerFile(store: BlobStore, file: ArchivedFile, request: FastifyRequest, reply: FastifyReply) {
  const { name, contentType } = file;
  const link = await working(
    store.link(name, { validMs: LINK_VALID_MS, contentType, disposition: dispositionOf(name) }),
  );
  if (link !== undefined) return reply.header('cache-control', LINK_KEPT).redirect(link, 302);
  return sendFile(store.pathOf(name) ?? '', file, request, reply);
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
      return new ApiError('gone', REMOVED);
    case 412:
      return new ApiError('precondition_failed', 'If-Match or If-Unmodified-Since do not fit the file');
    case 416:
      return new ApiError('range_not_satisfiable', `the file has ${size} bytes`);
    default:
      return new ApiError('unavailable', 'the archive does not work');
  }
}

/** @throws ApiError `unavailable` where the store does not work: the file may well be there */
async function working<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new ApiError('unavailable', 'the archive does not work for the moment; try again', {
      retryAfterS: 10,
      cause: error,
    });
  }
}
