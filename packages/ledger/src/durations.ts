import type { Cluster, Redis } from 'ioredis';

/** The kinds of completion times learned from verdicts, without the times themselves. */
export interface LearnedKinds {
  /** Kinds with completion times; the number grows with each new time of the kind. At most 200. */
  readonly versions: ReadonlyMap<string, number>;
  /** Kinds of the last 200 verdicts, newest first. */
  readonly recent: readonly string[];
}

/** Reading of completion times; `settle` writes them. */
export function createDurationReads(redis: Redis | Cluster, root: string) {
  return {
    async learnedKinds(): Promise<LearnedKinds> {
      const [flat, recent] = await Promise.all([
        redis.zrangebyscore(`${root}kinds`, '-inf', '+inf', 'WITHSCORES'),
        redis.lrange(`${root}kinds:recent`, 0, -1),
      ]);
      const versions = new Map<string, number>();
      for (let i = 0; i + 1 < flat.length; i += 2) versions.set(flat[i] ?? '', Number(flat[i + 1]));
      return { versions, recent };
    },
    /** Completion times in ms of each kind, newest first, at most 200; in the order of the kinds. */
    durations: (kinds: readonly string[]): Promise<number[][]> =>
      Promise.all(
        kinds.map((kind) => redis.lrange(`${root}durations:${kind}`, 0, -1).then((times) => times.map(Number))),
      ),
  };
}
