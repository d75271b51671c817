import { type ArchivedOne, generationOf, planRemoval, type Removal, type Standing } from '@kieq/archive';
import { parseEnvironment } from '@kieq/config';
import type { GenerationRecord } from '@kieq/ledger';
import { proxiesOf } from '@kieq/proxy';
import { type BlobStore, openBlobStore } from '@kieq/storage';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { type Pool, withPool } from '../pool.ts';
import type { Paint } from '../text/paint.ts';
import { fields, headedTable } from '../text/table.ts';

export interface PruneOptions {
  readonly maxAgeDays?: number;
  readonly maxMegabytes?: number;
  readonly unknown?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

const DAY_MS = 86_400_000;
const MEGABYTE = 1_000_000;
/** Records in one read. */
const BATCH = 500;

export async function prune(context: Context, flags: PruneOptions): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files']);
  if (env.archive === undefined) throw new CliError(EXIT.usage, 'ARCHIVE_URL is not set: there is no archive to prune');
  const store = openBlobStore(env.archive, proxiesOf(env));
  try {
    await withPool(env, (pool) => pruneStore(context, pool, store, flags));
  } finally {
    await store.close();
  }
}

async function pruneStore(context: Context, pool: Pool, store: BlobStore, flags: PruneOptions): Promise<void> {
  const { maxAgeDays, maxMegabytes, unknown, dryRun = false, yes } = flags;
  const files = await filesOf(context, pool, store);
  const removals = planRemoval(files, {
    now: Date.now(),
    maxAgeMs: maxAgeDays === undefined ? undefined : maxAgeDays * DAY_MS,
    maxBytes: maxMegabytes === undefined ? undefined : maxMegabytes * MEGABYTE,
    isUnknownWanted: unknown === true,
  });
  const result = {
    dryRun,
    files: files.length,
    bytes: bytesOf(files),
    unknown: countUnknown(files),
    removed: removals,
  };
  if (dryRun) return context.out.print({ ...result, leftovers: null }, (paint) => prunedText(result, paint));
  if (removals.length > 0) {
    const what = `${removals.length} of ${files.length} files (${bytesText(bytesOf(removals))}) will be removed permanently.`;
    await confirm(context, yes, what);
  }
  await removeAll(context, store, removals);
  const leftovers = await store.clearOlderThan(DAY_MS);
  context.out.print({ ...result, leftovers }, (paint) => prunedText({ ...result, leftovers }, paint));
}

async function removeAll({ out }: Context, store: BlobStore, removals: readonly Removal[]): Promise<void> {
  for (const [i, { name }] of removals.entries()) {
    await store.remove(name);
    out.status(`removed ${i + 1} of ${removals.length}`);
  }
  out.status('');
}

/** Every archived file, and what the pool knows of its generation. Files that are not kieq's are ignored. */
async function filesOf({ out }: Context, pool: Pool, store: BlobStore): Promise<ArchivedOne[]> {
  const found: ArchivedOne[] = [];
  let batch: { readonly id: string; readonly file: Omit<ArchivedOne, 'standing'> }[] = [];
  const flush = async (): Promise<void> => {
    const records = await pool.ledger.read.generations(batch.map(({ id }) => id));
    found.push(...batch.map(({ file }, i) => ({ ...file, standing: standingOf(records[i]) })));
    batch = [];
    out.status(`${found.length} files`);
  };
  for await (const file of store.list()) {
    const id = generationOf(file.name);
    if (id !== undefined) batch.push({ id, file });
    if (batch.length === BATCH) await flush();
  }
  await flush();
  out.status('');
  return found;
}

function standingOf(record: GenerationRecord | undefined): Standing {
  if (record === undefined) return 'unknown';
  if (record.purgedAt !== undefined) return 'purged';
  return record.archiving?.state === 'done' ? 'done' : 'unfinished';
}

function bytesOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function countUnknown(files: readonly ArchivedOne[]): number {
  return files.filter(({ standing }) => standing === 'unknown').length;
}

export interface Pruned {
  readonly dryRun: boolean;
  /** All files of the archive that are kieq's. */
  readonly files: number;
  readonly bytes: number;
  /** How many of them belong to generations that the pool does not know. */
  readonly unknown: number;
  readonly removed: readonly Removal[];
  /** Unfinished files of killed processes. */
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
