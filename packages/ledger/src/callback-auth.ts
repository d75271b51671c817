import { createHash, timingSafeEqual } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

/** More attempts than any generation has; only the last ones can still be called back for. */
const MOST_ATTEMPTS = 200;
/** Counts of callbacks that a version before this one has taken. */
const TAKEN = ['hinted', 'claimed'] as const;

const attemptSchema = z.object({ tokenHash: z.string() });

/** What is asked before a callback of Kie is read. Nothing is changed here, and nothing decided: `hint` does that. */
export function createCallbackAuth(redis: Redis | Cluster, root: string, now: () => Promise<number>) {
  const key = `${root}callbacks`;
  return {
    /** Whoever gives Kie addresses to call, or knows that others do, says so: without it no callback is taken. */
    async open(publicUrl: string): Promise<void> {
      await redis.hset(key, { publicUrl, at: String(await now()) });
    },
    /** Whether the pool takes callbacks: somebody said so, or one was taken before anybody could. */
    async isOpen(): Promise<boolean> {
      const [said, taken] = await Promise.all([redis.hexists(key, 'publicUrl'), redis.hmget(`${root}stats`, ...TAKEN)]);
      return said === 1 || taken.some((count) => Number(count ?? 0) > 0);
    },
    /**
     * Whether an attempt of this generation has this token. The steps are the same for a generation that nobody has,
     * and every hash is compared in constant time.
     * @param id known to be the id of a generation
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

/** What is no hash where there is no such attempt. */
function hashOf(json: string | null): string {
  return attemptSchema.safeParse(JSON.parse(json ?? 'null')).data?.tokenHash ?? 'none';
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
