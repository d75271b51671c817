import { randomUUID } from 'node:crypto';
import { canonicalJson, digest, withoutUploadCopies } from '@kieq/domain';
import type { FastifyRequest } from 'fastify';
import type { GatewayDeps } from '../deps.ts';
import { headerValues } from '../request-parts.ts';

/**
 * OpenAI's SDKs repeat a POST by themselves, after a cut connection, a timeout or a 5xx, and send no idempotency key.
 * They do send this header: 0, then 1, 2 … for repetitions.
 */
const RETRY_COUNT_HEADER = 'x-stainless-retry-count';
/** The SDKs wait ten minutes for a response and repeat twice; then nothing repeats any more. */
const KEPT_MS = 3_600_000;
/** Most keys of equal calls within that time. */
const MOST = 1000;

/**
 * The idempotency key of a call of an SDK, so that its repetition creates nothing. The key of a first call is kept
 * before the generation is created. A repetition of an equal request gets one of the kept keys, in turn, so that
 * several equal calls that were all cut get a generation each. It creates one of its own only if there is no key: then
 * no first call has arrived. So there are never more generations than calls.
 * @param sent what the caller sent, before any translation: a newer version may translate it in another way
 * @returns undefined for a client that does not say whether it repeats
 */
export async function keyOfCall(
  { redis, prefix }: Pick<GatewayDeps, 'redis' | 'prefix'>,
  request: FastifyRequest,
  { tenant, sent }: { readonly tenant: string; readonly sent: unknown },
): Promise<string | undefined> {
  const count = headerValues(request, RETRY_COUNT_HEADER)[0];
  if (count === undefined || !/^\d{1,4}$/.test(count)) return undefined;
  const name = `${prefix}:gateway:videos:${digest(tenant, withoutUploadCopies(canonicalJson(sent)))}`;
  const known = Number(count) === 0 ? null : await redis.lmove(name, name, 'LEFT', 'RIGHT');
  if (known !== null) return known;
  const key = `openai-call-${randomUUID()}`;
  // In this order, in one round trip. An error of the first one says by itself what it is.
  await Promise.all([redis.rpush(name, key), redis.ltrim(name, -MOST, -1), redis.pexpire(name, KEPT_MS)]);
  return key;
}
