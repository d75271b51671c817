import { REDRIVE_RULES } from '@kieq/domain';
import type { GenerationRecord, Ledger } from '@kieq/ledger';
import type { Queues } from './catalogue.ts';

/**
 * Brings the `dead-letter` queue in line with the ledger's open letter of one generation.
 * The queue is only for looking; the sweeper is its one writer, so it cannot disagree for long.
 */
export async function mirrorLetter(ledger: Ledger, queues: Queues, id: string): Promise<void> {
  const record = await ledger.read.generation(id);
  const queue = queues['dead-letter'];
  const jobId = `${id}-letter`;
  // A job is never changed: a letter of another class replaces it.
  await queue.remove(jobId);
  if (record?.letter !== undefined) await queue.add(record.letter.class, letterData(record, record.letter), { jobId });
  await ledger.mirrored(id, record?.letters ?? 0, record?.letter?.class ?? '');
}

function letterData(record: GenerationRecord, letter: NonNullable<GenerationRecord['letter']>): object {
  return {
    generation: record.id,
    state: record.state,
    class: letter.class,
    evidence: letter.evidence,
    openedAt: new Date(letter.openedAt).toISOString(),
    tenant: record.tenant,
    model: record.model,
    attempts: record.attempts.length,
    task: record.taskId ?? null,
    advice: REDRIVE_RULES[letter.class].advice,
    redrive: `kieq dlq redrive ${record.id}`,
  };
}
