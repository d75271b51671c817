import { DEAD_LETTER_CLASSES, isKnown, readWord, type DeadLetterClass, type OrNewer } from '@kieq/domain';
import type { Cluster, Redis } from 'ioredis';

/** Keeps lists and metrics bounded, whatever Redis contains. */
const NEWER_AT_MOST = 20;
/** Every version counts a dead letter that it opens under this name and its class. */
const COUNTED = 'letter:';

/** Classes of which a dead letter was ever opened in this pool by a newer version, after all that this one knows. */
export async function deadLetterClasses(redis: Redis | Cluster, root: string): Promise<OrNewer<DeadLetterClass>[]> {
  const counted = await redis.hkeys(`${root}stats`);
  const newer = counted
    .filter((name) => name.startsWith(COUNTED))
    .map((name) => readWord(DEAD_LETTER_CLASSES, name.slice(COUNTED.length)))
    .filter((deadLetterClass) => !isKnown(DEAD_LETTER_CLASSES, deadLetterClass));
  return [...DEAD_LETTER_CLASSES, ...newer.toSorted().slice(0, NEWER_AT_MOST)];
}
