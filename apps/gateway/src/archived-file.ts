import { basename, dirname } from 'node:path';
import { send } from '@fastify/send';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ArchivedFile } from '@kieq/ledger';
import { dispositionOf } from '@kieq/queue';
import { StorageError, type BlobStore } from '@kieq/storage';
import { ApiError } from './api-error.ts';
import type { GatewayDeps } from './deps.ts';

/** Clients follow a link into a bucket at once; a running download continues after the link expires. */
const LINK_VALID_MS = 900_000;
/** The content under a name never changes. Only the requesting client may cache it. */
const KEPT = 'private, max-age=86400, immutable';
const LINK_KEPT = 'private, no-store';

const REMOVED = 'The result was archived, but its file has been removed from the archive.';

/**
 * Returns the archive after checking that it has this file.
 * @throws ApiError `unavailable` without an archive, or if it fails; `gone` without the file
 */
export async function storeWith({ archive }: Pick<GatewayDeps, 'archive'>, name: string): Promise<BlobStore> {
  if (archive === undefined)
    throw new ApiError(
      'unavailable',
      'The result is archived, but this gateway has no ARCHIVE_URL. Set it to the archive of the workers.',
    );
  if ((await working(archive.stat(name))) === undefined) throw new ApiError('gone', REMOVED);
  return archive;
}

/** What a response needs to know of a file; a poster has neither size nor digest in the ledger. */
type ServedFile = Pick<ArchivedFile, 'name' | 'contentType'> & Partial<Pick<ArchivedFile, 'bytes' | 'sha256'>>;

/** Responds with an archived file or a redirect to it; handles conditions, ranges and HEAD. @throws ApiError */
export async function answerFile(store: BlobStore, file: ServedFile, request: FastifyRequest, reply: FastifyReply) {
  const { name, contentType } = file;
  const link = await working(
    store.link(name, { validMs: LINK_VALID_MS, contentType, disposition: dispositionOf(name) }),
  );
  if (link !== undefined) return reply.header('cache-control', LINK_KEPT).redirect(link, 302);
  return sendFile(store.pathOf(name) ?? '', file, request, reply);
}

/** The library handles ranges, conditions and HEAD. */
async function sendFile(path: string, file: ServedFile, request: FastifyRequest, reply: FastifyReply) {
  const found = await send(request.raw, `/${basename(path)}`, {
    root: dirname(path),
    cacheControl: false,
    contentType: false,
    index: false,
  });
  if (found.type !== 'file') {
    if (found.statusCode === 416 && file.bytes !== undefined) reply.header('content-range', `bytes */${file.bytes}`);
    throw refusal(found.statusCode, file);
  }
  const own = {
    'cache-control': KEPT,
    'content-disposition': dispositionOf(file.name),
    ...digestOf(file),
  };
  return reply
    .code(found.statusCode)
    .headers({ ...found.headers, ...own })
    .type(file.contentType)
    .send(found.stream);
}

function digestOf({ sha256 }: ServedFile): Record<string, string> {
  if (sha256 === undefined) return {};
  return { 'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:` };
}

function refusal(status: number, { bytes: size }: ServedFile): ApiError {
  switch (status) {
    case 404:
      return new ApiError('gone', REMOVED);
    case 412:
      return new ApiError('precondition_failed', 'The file does not match If-Match or If-Unmodified-Since.');
    case 416:
      return new ApiError(
        'range_not_satisfiable',
        `The range is outside of the file${size === undefined ? '' : `, which has ${size} bytes`}.`,
      );
    default:
      return new ApiError('unavailable', 'The archive does not work. Try again.');
  }
}

/** @throws ApiError `unavailable` if the store fails: the file may exist nevertheless */
async function working<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new ApiError('unavailable', 'The archive does not work. Try again.', {
      retryAfterS: 10,
      cause: error,
    });
  }
}
