import {
  evidenceText,
  redriveRule,
  type DeadLetterClass,
  type GenerationState,
  type OrNewer,
  type ResumePoint,
} from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import type { OpenDeadLetter } from '@kieq/queue';
import type { Paint } from './paint.ts';
import { headedTable } from './table.ts';
import { duration } from './time.ts';

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
