import { uploadName } from '@kieq/domain';
import { StorageError } from '@kieq/storage';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { fileSchema } from '../error-responses.ts';
import { whenOver } from '../request-over.ts';
import { createSlots } from '../results/slots.ts';
import { documented } from '../routes.ts';
import { CONTENT_TYPES, tokenOf } from './upload-link.ts';

const URL = '/uploads/:file';
/** Images that one gateway sends at once: each is in memory, and requests here need no authentication. */
const MOST_AT_ONCE = 8;
const MOST_OF_ONE = 4;
const MOST_OF_TENANT = 6;
const RETRY_AFTER_S = 5;

/** The bytes come from a caller, so nothing in them may run. Pages of other origins may show them. */
const HEADERS = {
  'access-control-allow-origin': '*',
  'cache-control': 'private, max-age=3600, immutable',
  'cross-origin-resource-policy': 'cross-origin',
  'content-security-policy': "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox",
} as const;

const params = z.object({ file: z.string().describe('The last part of `downloadUrl`') });
const DOCUMENT = {
  operationId: 'getUploadedImage',
  summary: 'Fetch an uploaded image by its link',
  description: '`downloadUrl` of an upload. The link grants access to this one image for three days.',
  tags: ['kie'],
  params,
  response: { 200: { description: 'The image', content: { 'image/*': { schema: fileSchema } } } },
};

/**
 * Serves uploaded images to clients that look at their own `downloadUrl`. Kie gets the images from the workers and needs
 * no such link. There is one response for every link that opens nothing, so that clients do not learn which ones existed.
 */
export function uploadedImageRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const slots = createSlots(MOST_AT_ONCE, MOST_OF_ONE, MOST_OF_TENANT);
  const schema = { ...documented(URL, DOCUMENT, ['not_found', 'unavailable']), security: [] };
  app.get(URL, { config: { open: true }, exposeHeadRoute: true, schema }, async (request, reply) => {
    const token = tokenOf(params.parse(request.params).file);
    if (token === undefined) throw unknown();
    const [upload, nowMs] = await Promise.all([deps.ledger.keptUploads.read(token), deps.ledger.read.now()]);
    if (upload === undefined || upload.expiresAt <= nowMs) throw unknown();
    const leave = slots.enter(token, upload.tenant);
    if (leave === undefined)
      throw new ApiError('unavailable', 'Too many images are being sent. Try again.', { retryAfterS: RETRY_AFTER_S });
    whenOver(request, leave);
    const bytes = await read(deps, uploadName(upload));
    if (bytes === undefined) throw unknown();
    return reply.headers(HEADERS).type(CONTENT_TYPES[upload.extension]).send(Buffer.from(bytes));
  });
}

function unknown(): ApiError {
  return new ApiError('not_found', 'There is no such upload, or it was made more than 3 days ago.');
}

async function read({ uploads }: GatewayDeps, name: string): Promise<Uint8Array | undefined> {
  try {
    return await uploads.get(name);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new ApiError('unavailable', 'The upload store does not work. Try again.', {
      retryAfterS: RETRY_AFTER_S,
      cause: error,
    });
  }
}
