import { parseEnvironment } from '@kieq/config';
import { type DeadLetterClass, GENERATION_STATES, type GenerationState, type OrNewer } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { detailsOf, type GenerationDetails } from '@kieq/queue';
import type { Context } from '../context.ts';
import { generationOf, type Pool, withPool } from '../pool.ts';
import { detailsText } from '../text/details.ts';
import { type Paint, paintState } from '../text/paint.ts';
import { headedTable } from '../text/table.ts';
import { duration } from '../text/time.ts';

export interface ListOptions {
  readonly state?: GenerationState;
  readonly limit: number;
}

export async function list({ env, out }: Context, options: ListOptions): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const rows = await newest(pool, options);
    out.print(rows, (paint) => rowsText(rows, paint));
  });
}

async function newest({ ledger, nowMs }: Pool, { state, limit }: ListOptions): Promise<GenerationRow[]> {
  const states = state === undefined ? GENERATION_STATES : [state];
  const pages = await Promise.all(states.map((one) => ledger.read.listState(one, { limit })));
  const ids = pages
    .flatMap(({ items }) => items)
    .toSorted((a, b) => b.at - a.at)
    .slice(0, limit)
    .map(({ id }) => id);
  const [records, now] = await Promise.all([Promise.all(ids.map((id) => ledger.read.generation(id))), nowMs()]);
  // A generation may have been removed between the two reads.
  return records.flatMap((record) => (record === undefined ? [] : [rowOf(record, now)]));
}

/** One line of `kieq list`. */
export interface GenerationRow {
  readonly id: string;
  readonly state: OrNewer<GenerationState>;
  readonly model: string;
  readonly tenant: string;
  readonly attempts: number;
  readonly polls: number;
  readonly taskId: string | null;
  readonly deadLetter: OrNewer<DeadLetterClass> | null;
  readonly createdAt: number;
  readonly ageMs: number;
}

export function rowOf(record: GenerationRecord, nowMs: number): GenerationRow {
  return {
    id: record.id,
    state: record.state,
    model: record.model,
    tenant: record.tenant,
    attempts: record.attempts.length,
    polls: record.polls,
    taskId: record.taskId ?? null,
    deadLetter: record.deadLetter?.class ?? null,
    createdAt: record.createdAt,
    ageMs: Math.max(0, nowMs - record.createdAt),
  };
}

export function rowsText(rows: readonly GenerationRow[], paint: Paint): string {
  if (rows.length === 0) return 'no generations';
  const lines = rows.map((row) => [
    row.id,
    paintState(paint, row.state, row.deadLetter === null ? row.state : `${row.state} (${row.deadLetter})`),
    row.model,
    row.tenant,
    String(row.attempts),
    String(row.polls),
    row.taskId ?? '-',
    duration(row.ageMs),
  ]);
  return headedTable(['id', 'state', 'model', 'tenant', 'attempts', 'polls', 'task', 'age'], lines, { paint });
}

export async function show({ env, out }: Context, id: string): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const details = detailsOf(await generationOf(pool, id));
    const now = await pool.nowMs();
    out.print({ ...details, ...oldNames(details) }, (paint) => detailsText(details, now, paint));
  });
}

/** Fields that scripts read under the names which versions before 0.3.0 gave them. */
function oldNames({ delivery, callbacksSeen, deadLetterChanges }: GenerationDetails) {
  return { notice: delivery, hints: callbacksSeen, letters: deadLetterChanges };
}
