/** What is known of the generation of an archived file. */
export type Standing =
  /** Its results are safe. */
  | 'done'
  /** Its results are not all saved, or a dead letter says that they could not be: the link may have died meanwhile. */
  | 'unfinished'
  /** It was deleted. */
  | 'purged'
  /** The pool does not know it: its tombstone is gone, or this is another pool, or Redis lost its memory. */
  | 'unknown';

export interface ArchivedOne {
  readonly name: string;
  readonly bytes: number;
  /** Epoch ms when it was saved. */
  readonly modifiedAt: number;
  readonly standing: Standing;
}

export interface RetentionLimits {
  /** Epoch ms. */
  readonly now: number;
  /** Older files go. Default: none does. */
  readonly maxAgeMs?: number | undefined;
  /** While all files together are longer than this, the oldest goes. Default: none does. */
  readonly maxBytes?: number | undefined;
  /** Whether files of generations that the pool does not know go too. */
  readonly isUnknownWanted: boolean;
}

export type RemovalReason = 'purged' | 'unknown' | 'age' | 'size';

export interface Removal extends ArchivedOne {
  readonly why: RemovalReason;
}

/**
 * Which files of an archive go, the oldest first. What a generation still waits for never does, whatever the limits.
 */
export function planRemoval(files: readonly ArchivedOne[], limits: RetentionLimits): Removal[] {
  const { maxBytes = Number.POSITIVE_INFINITY } = limits;
  let leftBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const removals: Removal[] = [];
  const kept: ArchivedOne[] = [];
  const remove = (file: ArchivedOne, why: RemovalReason): void => {
    removals.push({ ...file, why });
    leftBytes -= file.bytes;
  };
  for (const file of files) {
    const why = reasonOf(file, limits);
    if (why !== undefined) remove(file, why);
    else if (file.standing !== 'unfinished') kept.push(file);
  }
  for (const file of kept.toSorted(byAge)) {
    if (leftBytes <= maxBytes) break;
    remove(file, 'size');
  }
  return removals.toSorted(byAge);
}

function reasonOf({ standing, modifiedAt }: ArchivedOne, limits: RetentionLimits): RemovalReason | undefined {
  const { now, maxAgeMs = Number.POSITIVE_INFINITY, isUnknownWanted } = limits;
  if (standing === 'unfinished') return undefined;
  if (standing === 'purged') return 'purged';
  if (standing === 'unknown' && isUnknownWanted) return 'unknown';
  return now - modifiedAt > maxAgeMs ? 'age' : undefined;
}

function byAge(one: ArchivedOne, other: ArchivedOne): number {
  return one.modifiedAt - other.modifiedAt;
}
