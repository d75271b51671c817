import { DEAD_LETTER_CLASSES, isKnown, readWord, type DeadLetterClass, type OrNewer } from '@kieq/domain';
import type { Cluster, Redis } from 'ioredis';

/** Whatever stands in Redis, no list and no metric grows without bounds by it. */
const NEWER_AT_MOST = 20;
/** Whoever opens a letter counts it under this name and its class, whichever version that is. */
const COUNTED = 'letter:';

/** Classes of which a dead letter was ever opened in this pool by a newer version, beside all that this one knows. */
export async function deadLetterClasses(redis: Redis | Cluster, root: string): Promise<OrNewer<DeadLetterClass>[]> {
  const counted = await redis.hkeys(`${root}stats`);
  const newer = counted
    .filter((name) => name.startsWith(COUNTED))
    .map((name) => readWord(DEAD_LETTER_CLASSES, name.slice(COUNTED.length)))
    .filter((deadLetterClass) => !isKnown(DEAD_LETTER_CLASSES, deadLetterClass));
  return [...DEAD_LETTER_CLASSES, ...newer.toSorted().slice(0, NEWER_AT_MOST)];
}
