import { generationOf, planRemoval, type ArchivedOne, type Removal, type Standing } from '@kieq/archive';
import { parseEnvironment } from '@kieq/config';
import type { GenerationRecord } from '@kieq/ledger';
import { proxiesOf } from '@kieq/proxy';
import { openBlobStore, type BlobStore } from '@kieq/storage';
import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { wholeNumber } from '../forms.ts';
import { withPool, type Pool } from '../pool.ts';
import { bytesText, prunedText } from '../text/pruned.ts';

interface Flags {
  readonly maxAgeDays?: number;
  readonly maxMegabytes?: number;
  readonly unknown?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

const DAY_MS = 86_400_000;
const MEGABYTE = 1_000_000;
/** So many records are read at once. */
const BATCH = 500;

const MORE = `Removed are: files of generations that were deleted, what killed processes left behind (older than a day), and by the
limits the oldest files; a poster goes with its video. What a generation still waits for stays, and so do files that are
not kieq's. Files of generations that the pool does not know stay without --unknown: after a loss of Redis, or with another
KIEQ_PREFIX, that is all of them.`;

export function addPrune(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'prune',
    summary: 'remove archived files by age, by size, and of deleted generations',
    examples: [
      'kieq prune --max-age-days 90 --dry-run',
      'kieq prune --max-megabytes 500000 --yes',
      'kieq prune --unknown --dry-run',
    ],
    more: MORE,
  })
    .option('--max-age-days <n>', 'files that were saved longer ago go', wholeNumber(1, 100_000))
    .option('--max-megabytes <n>', 'while all files are longer than this, the oldest goes', wholeNumber(0, 999_999_999))
    .option('--unknown', 'files of generations that the pool does not know go too')
    .option('--dry-run', 'tell what would go and remove nothing')
    .option('--yes', 'do not ask')
    .action((flags: Flags) => prune(context, flags));
}

async function prune(context: Context, flags: Flags): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files']);
  if (env.archive === undefined) throw new CliError(EXIT.usage, 'ARCHIVE_URL is not set: there is no archive to prune');
  const store = openBlobStore(env.archive, proxiesOf(env));
  try {
    await withPool(env, (pool) => pruneStore(context, pool, store, flags));
  } finally {
    await store.close();
  }
}

async function pruneStore(context: Context, pool: Pool, store: BlobStore, flags: Flags): Promise<void> {
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
    const what = `${removals.length} of ${files.length} files (${bytesText(bytesOf(removals))}) are removed for good.`;
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

/** Every archived file, and what the pool knows of its generation. Others' files are not looked at. */
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
