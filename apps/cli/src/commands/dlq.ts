import { parseEnvironment } from '@kieq/config';
import {
  DEAD_LETTER_CLASSES,
  type DeadLetterClass,
  evidenceText,
  type GenerationState,
  isKnown,
  newerDeadLetterText,
  type OrNewer,
  redriveRule,
  type ResumePoint,
} from '@kieq/domain';
import type { GenerationRecord, LeftInStores } from '@kieq/ledger';
import { proxiesOf } from '@kieq/proxy';
import { deadLetterDetails, type OpenDeadLetter, openDeadLetters, removeFromStores } from '@kieq/queue';
import { openBlobStore } from '@kieq/storage';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { openUploads } from '../images/pool-store.ts';
import { deadGenerationOf, type Pool, withPool } from '../pool.ts';
import { deadLetterText } from '../text/details.ts';
import { type Paint, paintState } from '../text/paint.ts';
import { headedTable } from '../text/table.ts';
import { duration } from '../text/time.ts';

export interface DlqLsOptions {
  readonly class?: DeadLetterClass;
  readonly limit: number;
}

export async function dlqLs({ env, out }: Context, options: DlqLsOptions): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const classes = options.class === undefined ? await pool.ledger.read.deadLetterClasses() : [options.class];
    const [found, counts, now] = await Promise.all([
      Promise.all(classes.map((one) => deadLettersOf(pool, one, options.limit))),
      pool.ledger.read.deadLetterCounts(),
      pool.nowMs(),
    ]);
    const rows = found.flat();
    out.print(rows, (paint) => deadLettersText(rows, now, paint));
    for (const one of classes) {
      const open = counts[one] ?? 0;
      if (open > options.limit) out.note(`${one}: ${options.limit} of ${open} shown; see --limit.`);
      if (open > 0 && !out.json) out.note(`${one}: ${redriveRule(one).advice}`);
    }
  });
}

async function deadLettersOf(
  { ledger }: Pool,
  deadLetterClass: OrNewer<DeadLetterClass>,
  limit: number,
): Promise<DeadLetterRow[]> {
  const { items } = await ledger.read.readDeadLetters(deadLetterClass, { limit });
  const records = await ledger.read.generations(items.map(({ id }) => id));
  return records.flatMap((record) => {
    if (record === undefined) return [];
    const deadLetters = openDeadLetters(record).filter((one) => one.class === deadLetterClass);
    return deadLetters.map((deadLetter) => deadLetterRow(record, deadLetter));
  });
}

/** One line of `kieq dlq ls`. */
export interface DeadLetterRow {
  readonly id: string;
  readonly class: OrNewer<DeadLetterClass>;
  readonly state: OrNewer<GenerationState>;
  readonly openedAt: number;
  readonly tenant: string;
  readonly model: string;
  readonly attempts: number;
  readonly taskId: string | null;
  readonly summary: string;
  /** Where a redrive resumes: a state, or `notify`, the callback alone; null where only pay-again can, or nothing. */
  readonly resumesAt: ResumePoint | null;
  readonly payAgainResumesAt: GenerationState | null;
}

export function deadLetterRow(record: GenerationRecord, deadLetter: OpenDeadLetter): DeadLetterRow {
  const { resumesAt, payAgainResumesAt } = redriveRule(deadLetter.class);
  return {
    id: record.id,
    class: deadLetter.class,
    state: record.state,
    openedAt: deadLetter.openedAt,
    tenant: record.tenant,
    model: record.model,
    attempts: record.attempts.length,
    taskId: record.taskId ?? null,
    summary: evidenceText(deadLetter.evidence),
    resumesAt,
    payAgainResumesAt,
  };
}

export function deadLettersText(rows: readonly DeadLetterRow[], nowMs: number, paint: Paint): string {
  if (rows.length === 0) return 'no open dead letters';
  const lines = rows.map((row) => [
    paint.bad(row.class),
    row.id,
    duration(Math.max(0, nowMs - row.openedAt)),
    row.tenant,
    row.model,
    row.summary,
  ]);
  return headedTable(['class', 'id', 'open for', 'tenant', 'model', 'evidence'], lines, { paint });
}

export async function dlqShow({ env, out }: Context, id: string): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const { record, deadLetter, others } = await deadGenerationOf(pool, id);
    const { state } = record;
    const now = await pool.nowMs();
    const details = deadLetterDetails(id, state, deadLetter);
    const alsoOpen = others.map((other) => deadLetterDetails(id, state, other));
    out.print({ id, state, ...details, alsoOpen }, (paint) => {
      const deadLetters = [details, ...alsoOpen].map((one) => deadLetterText(one, now, paint));
      return [`${id} is ${paintState(paint, state)}`, ...deadLetters].join('\n\n');
    });
  });
}

export async function dlqPurge(context: Context, id: string, yes: boolean | undefined): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files']);
  await withPool(env, async (pool) => {
    const { record, deadLetter } = await deadGenerationOf(pool, id);
    if (!isKnown(DEAD_LETTER_CLASSES, deadLetter.class))
      throw new CliError(EXIT.refused, `${id}: ${newerDeadLetterText(deadLetter.class)}`);
    const isUnsent = record.delivery?.state === 'pending';
    const warning = isUnsent ? ' Its callback has not been sent and will not be: inform the caller.' : '';
    await confirm(context, yes, `Purging ${id} (${deadLetter.class}) cannot be undone.${warning}`);
    const reply = await pool.ledger.purge(id, true);
    if (reply.kind === 'stale')
      throw new CliError(EXIT.refused, `${id} is ${reply.state}: only an ended generation can be purged`);
    if (reply.kind === 'newer') throw new CliError(EXIT.refused, `${id}: ${newerDeadLetterText(reply.class)}`);
    if (reply.kind === 'open_letter')
      throw new CliError(EXIT.refused, `${id} still has the open dead letter ${reply.class}`);
    if (isUnsent) context.out.note('its callback was not sent and will not be: inform the caller');
    if (reply.left !== undefined) await removeFiles(context, pool, id, reply.left);
    context.out.print(
      { id, class: deadLetter.class, purged: true },
      () => `${id} is purged; its dead letter ${deadLetter.class} is closed`,
    );
  });
}

/** The generation is purged: files that cannot be removed are only reported. */
async function removeFiles(context: Context, { ledger }: Pool, id: string, left: LeftInStores): Promise<void> {
  const files = parseEnvironment(context.env, ['files']);
  const uploads = openUploads(context, files);
  const results = files.archive === undefined ? undefined : openBlobStore(files.archive, proxiesOf(files));
  try {
    for (const stays of await removeFromStores({ ledger, uploads, results }, id, left)) context.out.note(stays);
  } finally {
    await uploads.close();
    await results?.close();
  }
}
