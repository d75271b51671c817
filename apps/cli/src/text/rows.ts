import type { DeadLetterClass, GenerationState, OrNewer } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { paintState, type Paint } from './paint.ts';
import { headedTable } from './table.ts';
import { duration } from './time.ts';

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
