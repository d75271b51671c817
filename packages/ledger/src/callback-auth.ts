import { createHash, timingSafeEqual } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

/** More attempts than any generation has; only the last ones can still be called back for. */
const MOST_ATTEMPTS = 200;
/** Counters of callbacks that earlier versions accepted. */
const TAKEN = ['hinted', 'claimed'] as const;

const attemptSchema = z.object({ tokenHash: z.string() });

/** Checks before a callback of Kie is read. They change and decide nothing: the transition `callback` does that. */
export function createCallbackAuth(redis: Redis | Cluster, root: string, now: () => Promise<number>) {
  const key = `${root}callbacks`;
  return {
    /** A process that gives callback addresses to Kie, or knows that another one does, opens it: else no callback is accepted. */
    async open(publicUrl: string): Promise<void> {
      await redis.hset(key, { publicUrl, at: String(await now()) });
    },
    /** Whether the pool accepts callbacks: a process opened it, or an earlier version accepted one. */
    async isOpen(): Promise<boolean> {
      const [said, taken] = await Promise.all([redis.hexists(key, 'publicUrl'), redis.hmget(`${root}stats`, ...TAKEN)]);
      return said === 1 || taken.some((count) => Number(count ?? 0) > 0);
    },
    /**
     * Whether an attempt of this generation has this token. The steps are the same for a generation that does not exist,
     * and every hash is compared in constant time.
     * @param id well-formed id of a generation
     */
    async knows(id: string, tokenHash: string): Promise<boolean> {
      const record = `${root}gen:${id}`;
      const made = Math.max(1, Number((await redis.hget(record, 'attempts')) ?? 0));
      const first = Math.max(1, made - MOST_ATTEMPTS + 1);
      const names = Array.from({ length: made - first + 1 }, (_, i) => `a:${first + i}`);
      const attempts = await redis.hmget(record, ...names);
      return attempts.map((json) => isEqual(hashOf(json), tokenHash)).includes(true);
    },
  };
}
export type CallbackAuth = ReturnType<typeof createCallbackAuth>;

/** `none`, which no hash equals, where there is no such attempt. */
function hashOf(json: string | null): string {
  return attemptSchema.safeParse(JSON.parse(json ?? 'null')).data?.tokenHash ?? 'none';
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
