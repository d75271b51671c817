import type { UploadRef } from '@kieq/domain';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

/** An image that was uploaded ahead of the request that names it, by its link. Times are epoch ms in Redis time. */
export interface KeptUpload extends UploadRef {
  readonly token: string;
  /** Bytes that it takes of the quota of its tenant. */
  readonly charge: number;
  readonly keptAt: number;
  /** From then on its link is not valid. */
  readonly expiresAt: number;
}

export interface KeepArgs {
  readonly token: string;
  readonly ref: UploadRef;
  readonly charge: number;
  /** Most bytes of all kept uploads of one tenant. */
  readonly quota: number;
  readonly lifeMs: number;
}

export type KeepReply =
  | { readonly kind: 'kept'; readonly keptAt: number; readonly expiresAt: number }
  /** Nothing was recorded. `held` is what the tenant's kept uploads take. */
  | { readonly kind: 'full'; readonly held: number };

const entrySchema = z.object({
  tenant: z.string(),
  sha256: z.string(),
  copy: z.string(),
  extension: z.enum(['jpg', 'png', 'webp']),
  charge: z.coerce.number(),
  keptAt: z.coerce.number(),
  expiresAt: z.coerce.number(),
});

/**
 * They concern no generation, so they are none of its transitions. KEYS are the record, the index of expiry and the bytes
 * held by tenant; the clock is that of Redis. Whether there is room and the reservation are one step, so that calls at
 * the same moment cannot exceed the quota.
 */
const KEEP = `#!lua
local token, tenant, charge, quota = ARGV[1], ARGV[2], tonumber(ARGV[6]), tonumber(ARGV[7])
local held = tonumber(redis.call('HGET', KEYS[3], tenant) or '0')
if held + charge > quota then return { 'full', tostring(held) } end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local keptAt, expiresAt = string.format('%.0f', now), string.format('%.0f', now + ARGV[8])
redis.call('HSET', KEYS[1], 'tenant', tenant, 'sha256', ARGV[3], 'copy', ARGV[4],
  'extension', ARGV[5], 'charge', ARGV[6], 'keptAt', keptAt, 'expiresAt', expiresAt)
redis.call('ZADD', KEYS[2], expiresAt, token)
redis.call('HINCRBY', KEYS[3], tenant, ARGV[6])
return { 'kept', keptAt, expiresAt }`;

/** Gives back what the upload took of the quota, once. */
const DROP = `#!lua flags=allow-oom
local tenant, charge = unpack(redis.call('HMGET', KEYS[1], 'tenant', 'charge'))
redis.call('ZREM', KEYS[2], ARGV[1])
if not tenant then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('HINCRBY', KEYS[3], tenant, -tonumber(charge or '0')) <= 0 then
  redis.call('HDEL', KEYS[3], tenant)
end
return 1`;

const keepReply = z.union([
  z.tuple([z.literal('kept'), z.coerce.number(), z.coerce.number()]),
  z.tuple([z.literal('full'), z.coerce.number()]),
]);
/** Form of a token, which becomes part of a key in Redis. */
const TOKEN = /^up_[0-9a-f]{40}$/;

/**
 * Images that clients of Kie upload before they create a task. Each is recorded before its file is written, so that no
 * file is left that no record names.
 */
export function createKeptUploads(redis: Redis | Cluster, root: string) {
  const index = `${root}uploads`;
  const held = `${root}uploads:held`;
  const recordKey = (token: string): string => `${root}upload:${token}`;
  const read = async (token: string): Promise<KeptUpload | undefined> => {
    if (!TOKEN.test(token)) return undefined;
    const entry = entrySchema.safeParse(await redis.hgetall(recordKey(token)));
    return entry.success ? { token, ...entry.data } : undefined;
  };
  return {
    /** Reserves room for an image and records it. */
    async keep({ token, ref, charge, quota, lifeMs }: KeepArgs): Promise<KeepReply> {
      const { tenant, sha256, copy, extension } = ref;
      const args = [token, tenant, sha256, copy, extension, charge, quota, lifeMs];
      const reply = keepReply.parse(await redis.eval(KEEP, 3, recordKey(token), index, held, ...args));
      return reply[0] === 'full'
        ? { kind: 'full', held: reply[1] }
        : { kind: 'kept', keptAt: reply[1], expiresAt: reply[2] };
    },
    /** The upload behind a token, also an expired one that is not removed yet. */
    read,
    /** Forgets an upload and gives back its part of the quota. Call it after its file was removed. */
    async drop(token: string): Promise<void> {
      await redis.eval(DROP, 3, recordKey(token), index, held, token);
    },
    /**
     * Those that expired before this moment, the oldest first.
     * @returns also tokens without a record, which only `drop` removes
     */
    async expired(
      nowMs: number,
      limit: number,
    ): Promise<{ readonly token: string; readonly upload: KeptUpload | undefined }[]> {
      const tokens = await redis.zrangebyscore(index, '-inf', nowMs, 'LIMIT', 0, limit);
      return Promise.all(tokens.map(async (token) => ({ token, upload: await read(token) })));
    },
  };
}
export type KeptUploads = ReturnType<typeof createKeptUploads>;
