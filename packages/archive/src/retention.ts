import { isPoster, posterName } from './names.ts';

/** The state of an archived file's generation. */
export type Standing =
  /** Its results are saved. */
  | 'done'
  /**
   * Its results are not all saved, or a dead letter reports that they could not be saved: the link may have expired.
   */
  | 'unfinished'
  /** It was deleted. */
  | 'purged'
  /** The pool does not know it: its tombstone is gone, or this is another pool, or Redis lost its data. */
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
  /** Older files are removed. Default: none. */
  readonly maxAgeMs?: number | undefined;
  /** While all files together are longer than this, the oldest is removed. Default: none. */
  readonly maxBytes?: number | undefined;
  /** Whether files of generations that the pool does not know are removed too. */
  readonly isUnknownWanted: boolean;
}

export type RemovalReason = 'purged' | 'unknown' | 'age' | 'size' | 'alone';

export interface Removal extends ArchivedOne {
  readonly why: RemovalReason;
}

/**
 * A result with its poster, which stay or are removed together; or a poster whose video is gone. The poster is the
 * last.
 */
interface Unit {
  readonly files: readonly ArchivedOne[];
  readonly bytes: number;
  /** Of the result. */
  readonly modifiedAt: number;
  readonly standing: Standing;
}

/**
 * Which files of an archive are removed: the oldest results first, each before its poster. A file that a generation
 * still waits for stays, whatever the limits.
 */
export function planRemoval(files: readonly ArchivedOne[], limits: RetentionLimits): Removal[] {
  const { maxBytes = Number.POSITIVE_INFINITY } = limits;
  let leftBytes = bytesOf(files);
  const removals: (Unit & { readonly why: RemovalReason })[] = [];
  const kept: Unit[] = [];
  const remove = (unit: Unit, why: RemovalReason): void => {
    removals.push({ ...unit, why });
    leftBytes -= unit.bytes;
  };
  for (const unit of unitsOf(files)) {
    const why = reasonOf(unit, limits);
    if (why !== undefined) remove(unit, why);
    else if (unit.standing !== 'unfinished') kept.push(unit);
  }
  for (const unit of kept.toSorted(byAge)) {
    if (leftBytes <= maxBytes) break;
    remove(unit, 'size');
  }
  return removals.toSorted(byAge).flatMap(({ files: gone, why }) => gone.map((file) => ({ ...file, why })));
}

function unitsOf(files: readonly ArchivedOne[]): Unit[] {
  const posters = new Map(files.filter(({ name }) => isPoster(name)).map((file) => [file.name, file]));
  const units = files.flatMap((file) => {
    if (isPoster(file.name)) return [];
    const name = posterName(file.name);
    const poster = posters.get(name);
    posters.delete(name);
    return [unitOf(poster === undefined ? [file] : [file, poster], file)];
  });
  return [...units, ...[...posters.values()].map((poster) => unitOf([poster], poster))];
}

function unitOf(files: readonly ArchivedOne[], { modifiedAt, standing }: ArchivedOne): Unit {
  return { files, bytes: bytesOf(files), modifiedAt, standing };
}

function bytesOf(files: readonly ArchivedOne[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function reasonOf({ standing, modifiedAt, files }: Unit, limits: RetentionLimits): RemovalReason | undefined {
  const { now, maxAgeMs = Number.POSITIVE_INFINITY, isUnknownWanted } = limits;
  if (standing === 'unfinished') return undefined;
  if (standing === 'purged') return 'purged';
  // No client can reach it; a removal that was killed left it.
  if (files.every(({ name }) => isPoster(name))) return 'alone';
  if (standing === 'unknown' && isUnknownWanted) return 'unknown';
  return now - modifiedAt > maxAgeMs ? 'age' : undefined;
}

function byAge(one: Unit, other: Unit): number {
  return one.modifiedAt - other.modifiedAt;
}
