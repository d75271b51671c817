import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

/** A store into which images of the pool are uploaded. */
export interface UsedStore {
  /** As written in the store itself; the same however a process reaches it. */
  readonly id: string;
  /** The address by which the last uploader reached it, for operators. */
  readonly place: string;
}

const entrySchema = z.object({ place: z.string(), at: z.number() });
/**
 * How long a store counts after its last upload, in ms: a week of delay and a week in the queue. After that no generation
 * waits for its images.
 */
const USED_MS = 14 * 24 * 3_600_000;
const LONGEST_LOCATION = 500;

/**
 * The stores into which images of the pool were uploaded lately. Empty where no process has recorded one: then nothing
 * is known.
 * @param now epoch ms in Redis time
 */
export function createUploadStores(redis: Redis | Cluster, root: string, now: () => Promise<number>) {
  const key = `${root}stores`;
  const entries = async () => {
    const [hash, nowMs] = await Promise.all([redis.hgetall(key), now()]);
    return Object.entries(hash).map(([id, text]) => {
      const entry = entrySchema.safeParse(jsonOf(text));
      // An entry that a newer version writes differently is neither judged nor removed.
      return { id, entry: entry.data, isOver: entry.data !== undefined && entry.data.at < nowMs - USED_MS };
    });
  };
  return {
    /** Those of the last two weeks. */
    async used(): Promise<UsedStore[]> {
      const found = await entries();
      return found.flatMap(({ id, entry, isOver }) =>
        entry === undefined || isOver ? [] : [{ id, place: entry.place }],
      );
    },
    /** Images are uploaded into this one; those whose time is over are forgotten. */
    async use({ id, place }: UsedStore): Promise<void> {
      const over = (await entries()).filter((one) => one.isOver && one.id !== id).map((one) => one.id);
      await redis.hset(key, id, JSON.stringify({ place: place.slice(0, LONGEST_LOCATION), at: await now() }));
      if (over.length > 0) await redis.hdel(key, ...over);
      await redis.pexpire(key, USED_MS);
    },
  };
}
export type UploadStores = ReturnType<typeof createUploadStores>;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
