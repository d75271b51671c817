import { basename } from 'node:path';
import type { GenerationRecord, LinkBasis } from '@kieq/ledger';
import { cached, isSignedLink } from '@kieq/queue';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, type ApiErrorCode } from '../api-error.ts';
import { answerFile, storeWith } from '../archived-file.ts';
import type { GatewayDeps } from '../deps.ts';
import { fileSchema } from '../error-responses.ts';
import { documented } from '../routes.ts';
import { createSlots } from './slots.ts';

const URL = '/results/:file';
/** Responses that one gateway sends at once: in total, for one file (a player opens several), and for one tenant. */
const MOST_AT_ONCE = 64;
const MOST_OF_ONE = 8;
const MOST_OF_TENANT = 32;
/** The signing key is read from Redis at most once in this time, in ms, since requests here need no authentication. */
const BASIS_TTL_MS = 250;
/** Longest time for one response, in ms. A client that reads nothing is disconnected sooner. */
const LONGEST_MS = 3_600_000;
/** A slot may be free after this time, in s. */
const RETRY_AFTER_S = 5;

/**
 * Replace the general headers. The bytes come from the vendor, so nothing in them may run. Pages of other origins may
 * show them, since only the link grants access.
 */
const HEADERS = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'content-security-policy':
    "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
} as const;

const params = z.object({
  file: z.string().describe('File name of the result in the archive'),
});
const querystring = z.object({
  expires: z
    .string()
    .regex(/^\d{1,12}$/)
    .describe('Expiry of the link: Unix time in seconds'),
  signature: z.string().max(100).describe('Signature of the pool over file and expiry'),
});

/** Form of result names in the archive. The id in it becomes part of a key in Redis. */
const NAME = /^(gen_[0-9a-z]{10,64})(?:-\d{1,4})?\.[a-z0-9]{1,8}$/;
/** `kieq doctor` recognises "not given out by this pool". */
const NOT_OURS =
  'This link was not given out by this pool, or was changed. recordInfo and GET /v1/generations/<id> return a current one.';

const bytes = { 'video/*': { schema: fileSchema }, 'image/*': { schema: fileSchema } };
const DOCUMENT = {
  operationId: 'getLinkedResult',
  summary: 'Fetch a result by its signed link',
  description:
    'The link grants access to this one file until it expires. recordInfo, deliveries and `resultUrls` contain such links.',
  tags: ['generations'],
  params,
  querystring,
  response: {
    200: { description: 'The file', content: bytes },
    206: { description: 'The requested range of the file', content: bytes },
    302: z.null().describe('The file is in a bucket; `Location` is a link to it'),
    304: z.null().describe('The copy of the client is current'),
  },
};
const ERRORS: readonly ApiErrorCode[] = [
  'forbidden',
  'not_found',
  'gone',
  'precondition_failed',
  'range_not_satisfiable',
  'unavailable',
];

/**
 * Serves archived results by links that this pool has signed (docs/archive.md, Links). A link needs no bearer key. No
 * generation is read before the signature is verified, so that clients do not learn which generations exist.
 */
export function resultLinkRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const slots = createSlots(MOST_AT_ONCE, MOST_OF_ONE, MOST_OF_TENANT);
  const basis = cached(() => deps.ledger.archiveLinks.basis(), BASIS_TTL_MS);
  const schema = { ...documented(URL, DOCUMENT, ERRORS), security: [] };
  app.get(URL, { config: { open: true, streams: true }, exposeHeadRoute: true, schema }, async (request, reply) => {
    const { name, generation } = await checkLink(basis, request);
    const { file, store, tenant } = await find(deps, name, generation);
    takeSlot(slots.enter(name, tenant), reply);
    reply.headers(HEADERS);
    return answerFile(store, file, request, reply);
  });
}

/** Every kind of invalid link gets the same error. @throws ApiError `forbidden`, `gone` */
async function checkLink(
  basis: () => Promise<LinkBasis>,
  request: FastifyRequest,
): Promise<{ readonly name: string; readonly generation: string }> {
  const { file: name } = params.parse(request.params);
  const { data: query } = querystring.safeParse(request.query);
  const generation = NAME.exec(name)?.[1];
  if (generation === undefined || query === undefined) throw new ApiError('forbidden', NOT_OURS);
  const { key, nowMs } = await basis();
  const expiresS = Number(query.expires);
  if (key === undefined || !isSignedLink(key, { file: name, expiresS }, query.signature))
    throw new ApiError('forbidden', NOT_OURS);
  if (expiresS * 1000 <= nowMs)
    throw new ApiError('gone', 'This link has expired. recordInfo and GET /v1/generations/<id> return a current link.');
  return { name, generation };
}

/** @throws ApiError `gone`, `unavailable` */
async function find(deps: GatewayDeps, name: string, generation: string) {
  const record = await deps.ledger.read.generation(generation);
  const file = record?.archiving?.files.find((one) => basename(one.name) === name);
  if (record === undefined || file === undefined) throw new ApiError('gone', whyNone(record));
  return { file, tenant: record.tenant, store: await storeWith(deps, file.name) };
}

function whyNone(record: GenerationRecord | undefined): string {
  return record === undefined || record.purgedAt !== undefined
    ? 'The generation and its results were purged.'
    : 'The archived result was removed. Read the generation again for its current links.';
}

/** @throws ApiError `unavailable` */
function takeSlot(leave: (() => void) | undefined, { raw }: FastifyReply): void {
  if (leave === undefined)
    throw new ApiError('unavailable', 'Too many results are being sent. Try again.', {
      retryAfterS: RETRY_AFTER_S,
    });
  // A client that disconnected earlier emits no further `close`.
  if (raw.closed) return leave();
  const tooLong = setTimeout(() => raw.destroy(), LONGEST_MS);
  tooLong.unref();
  raw.once('close', () => {
    clearTimeout(tooLong);
    leave();
  });
}
