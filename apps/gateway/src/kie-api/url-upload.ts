import { BodyError, type OpenDownload } from '@kieq/outbound';
import { UPLOAD_LIMIT_BYTES } from '@kieq/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError, invalid } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { parseCaller } from '../problems.ts';
import { route } from '../routes.ts';
import type { FormTurns } from '../v1/form-turns.ts';
import { uploadedSchema, uploadFields, type KeepArrived } from './upload-answer.ts';

const FIELD = 'fileUrl';
/** Longest waits for the sender of the image, in ms: for the head, for the next 64 KiB, and in all. */
const HEAD_MS = 15_000;
const STALL_MS = 15_000;
const TOTAL_MS = 60_000;
const URL_LIMIT = 2000;
const RECEIVED_LIMIT = 200;

const bodySchema = z
  .object({
    [FIELD]: z
      .string('must be an address')
      .max(URL_LIMIT, `must have at most ${URL_LIMIT} characters`)
      .describe('Public http or https address of a whole JPEG, PNG or WebP image of at most 10 MB'),
    ...uploadFields,
  })
  .meta({ id: 'KieUrlUpload', examples: [{ [FIELD]: 'https://example.com/cat.jpg', uploadPath: 'images' }] });

/** POST /api/file-url-upload: an image that the gateway fetches. */
export function urlUploadRoute(
  app: FastifyInstance,
  deps: GatewayDeps,
  { turns, keep }: { readonly turns: FormTurns; readonly keep: KeepArrived },
): void {
  route(app, {
    method: 'POST',
    url: '/api/file-url-upload',
    schema: {
      operationId: 'kieUploadUrl',
      summary: 'Upload an image by its address',
      description: 'The gateway fetches the image at once. Private addresses are refused.',
      tags: ['kie'],
      body: bodySchema,
      response: { 200: uploadedSchema },
    },
    errors: ['quota_exceeded'],
    handler: ({ request, reply, body }) => {
      const { [FIELD]: url, ...fields } = parseCaller(bodySchema, body);
      return turns.run(request, 1, async () => {
        const bytes = await fetchImage(deps, url, request.over ?? undefined);
        return keep(request, reply, { bytes, field: FIELD, fields });
      });
    },
  });
}

/** @throws ApiError `invalid_request` if there is no image to be had, `body_too_large` */
async function fetchImage(
  { outbound }: Pick<GatewayDeps, 'outbound'>,
  url: string,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const limits = { headMs: HEAD_MS, stallMs: STALL_MS, totalMs: TOTAL_MS };
  const answer = await outbound.get({ url, ...limits, ...(signal === undefined ? {} : { signal }) });
  switch (answer.kind) {
    case 'open':
      return readImage(answer, url);
    case 'answered':
      throw unfetched(url, `responded with HTTP ${answer.status}`);
    case 'refused':
      throw invalid([{ field: FIELD, rule: answer.reason, received: shown(url) }]);
    case 'failed':
      throw unfetched(url, `cannot be fetched: ${answer.transport}`);
    default:
      return answer satisfies never;
  }
}

async function readImage(download: OpenDownload, url: string): Promise<Buffer> {
  const { body, contentLength = 0 } = download;
  try {
    if (contentLength > UPLOAD_LIMIT_BYTES) throw tooLarge();
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of body) {
      length += piece.length;
      if (length > UPLOAD_LIMIT_BYTES) throw tooLarge();
      pieces.push(piece);
    }
    return Buffer.concat(pieces, length);
  } catch (error) {
    if (error instanceof BodyError) throw unfetched(url, `broke off: ${error.transport}`);
    throw error;
  } finally {
    download.close();
  }
}

function unfetched(url: string, why: string): ApiError {
  const rule = `must be the address of an image that the gateway can fetch; it ${why}`;
  return invalid([{ field: FIELD, rule, received: shown(url) }]);
}

function shown(url: string): string {
  return JSON.stringify(url).slice(0, RECEIVED_LIMIT);
}

function tooLarge(): ApiError {
  return new ApiError(
    'body_too_large',
    `The image behind ${FIELD} must have at most ${UPLOAD_LIMIT_BYTES} bytes (10 MB)`,
  );
}
