import { basename } from 'node:path';
import type { GenerationRecord, LinkBasis } from '@kieq/ledger';
import { cached, isSignedLink } from '@kieq/queue';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, type ApiErrorCode } from '../api-error.ts';
import { answerFile, storeWith } from '../archived-file.ts';
import type { GatewayDeps } from '../deps.ts';
import { documented } from '../routes.ts';
import { createSlots } from './slots.ts';

const URL = '/results/:file';
/** Files that one gateway sends at once; of one file, so much as a player asks for. */
const MOST_AT_ONCE = 64;
const MOST_OF_ONE = 8;
const MOST_OF_TENANT = 32;
/** What signs links is looked up once in this time at most, in ms: strangers ask here, too. */
const BASIS_TTL_MS = 250;
/** Longest time for one answer, in ms. Who reads nothing at all is cut sooner. */
const LONGEST_MS = 3_600_000;
/** A place may be free so soon, in s. */
const RETRY_AFTER_S = 5;

/**
 * Over those of every answer. The bytes are the vendor's: nothing in them may run. A page of the caller may show them,
 * since there is nothing here but the link itself that would allow it.
 */
const HEADERS = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'content-security-policy':
    "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
} as const;

const params = z.object({
  file: z.string().describe('Which result of which generation'),
});
const querystring = z.object({
  expires: z
    .string()
    .regex(/^\d{1,12}$/)
    .describe('Until when it is valid: Unix time in seconds'),
  signature: z.string().max(100).describe('Of the pool'),
});

/** As results are called in the archive: nothing else becomes part of a key. */
const NAME = /^(gen_[0-9a-z]{10,64})(?:-\d{1,4})?\.[a-z0-9]{1,8}$/;
const NOT_OURS =
  'this link was not given out by this pool, or has been changed on its way; recordInfo and GET /v1/generations/<id> give a new one';

const bytes = { 'video/*': { schema: z.string() }, 'image/*': { schema: z.string() } };
const DOCUMENT = {
  summary: 'Fetch a result by the link that its caller was told',
  description:
    'The link itself is the permission, for this one file and until it expires. Links are in recordInfo, in callbacks and in `resultUrls`.',
  tags: ['generations'],
  params,
  querystring,
  response: {
    200: { description: 'The file', content: bytes },
    206: { description: 'Some of its bytes', content: bytes },
    302: z.null().describe('The file is in a bucket, at `Location`'),
    304: z.null().describe('The client has it already'),
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
 * Serves archived results by links that this pool has signed (docs/archive.md, Links). No bearer is asked for, and
 * no generation is looked up before the signature holds: nobody learns here which generations exist.
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

/** Whatever it is that does not hold, the answer is the same. @throws ApiError `forbidden`, `gone` */
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
    throw new ApiError('gone', 'this link has expired; recordInfo and GET /v1/generations/<id> give a new one');
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
    ? 'the generation was deleted, and its results with it'
    : 'the result is not in the archive any more; ask for the generation anew';
}

/** @throws ApiError `unavailable` */
function takeSlot(leave: (() => void) | undefined, { raw }: FastifyReply): void {
  if (leave === undefined)
    throw new ApiError('unavailable', 'too many results are being sent at once; try again', {
      retryAfterS: RETRY_AFTER_S,
    });
  // Who hung up while the file was looked for never closes again.
  if (raw.closed) return leave();
  const tooLong = setTimeout(() => raw.destroy(), LONGEST_MS);
  tooLong.unref();
  raw.once('close', () => {
    clearTimeout(tooLong);
    leave();
  });
}
