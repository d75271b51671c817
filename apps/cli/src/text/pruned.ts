import type { Removal } from '@kieq/archive';
import type { Paint } from './paint.ts';
import { fields, headedTable } from './table.ts';

export interface Pruned {
  readonly dryRun: boolean;
  /** All files of the archive that are kieq's. */
  readonly files: number;
  readonly bytes: number;
  /** How many of them belong to generations that the pool does not know. */
  readonly unknown: number;
  readonly removed: readonly Removal[];
  /** What killed processes had left behind. */
  readonly leftovers?: number;
}

const REASONS = {
  purged: 'deleted generation',
  unknown: 'unknown generation',
  age: 'age',
  size: 'size',
  alone: 'poster without video',
} as const;

/** What went, file by file, and what is left. */
export function prunedText({ dryRun, files, bytes, unknown, removed, leftovers }: Pruned, paint: Paint): string {
  const rows = removed.map((file) => [
    file.name,
    bytesText(file.bytes),
    new Date(file.modifiedAt).toISOString().slice(0, 10),
    REASONS[file.why],
  ]);
  const gone = removed.reduce((sum, file) => sum + file.bytes, 0);
  const verb = dryRun ? 'would go' : 'removed';
  const summary = fields([
    [verb, `${removed.length} files, ${bytesText(gone)}`],
    [dryRun ? 'would stay' : 'left', `${files - removed.length} files, ${bytesText(bytes - gone)}`],
    ['unknown', unknown === 0 ? undefined : `${unknown} files of generations that the pool does not know`],
    ['leftovers', leftovers === undefined || leftovers === 0 ? undefined : `${leftovers} unfinished files removed`],
  ]);
  if (rows.length === 0) return summary;
  return `${headedTable(['file', 'size', 'saved', 'why'], rows, { paint })}\n\n${summary}`;
}

/** In decimal units, as `--max-megabytes` counts. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
