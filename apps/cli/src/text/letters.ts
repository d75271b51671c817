import {
  evidenceText,
  redriveRule,
  type DeadLetterClass,
  type GenerationState,
  type OrNewer,
  type ResumePoint,
} from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import type { OpenLetter } from '@kieq/queue';
import type { Paint } from './paint.ts';
import { headedTable } from './table.ts';
import { duration } from './time.ts';

/** One line of `kieq dlq ls`. */
export interface LetterRow {
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

export function letterRow(record: GenerationRecord, letter: OpenLetter): LetterRow {
  const { resumesAt, payAgainResumesAt } = redriveRule(letter.class);
  return {
    id: record.id,
    class: letter.class,
    state: record.state,
    openedAt: letter.openedAt,
    tenant: record.tenant,
    model: record.model,
    attempts: record.attempts.length,
    taskId: record.taskId ?? null,
    summary: evidenceText(letter.evidence),
    resumesAt,
    payAgainResumesAt,
  };
}

export function lettersText(rows: readonly LetterRow[], nowMs: number, paint: Paint): string {
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
