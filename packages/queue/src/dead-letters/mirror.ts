import { DEAD_LETTER_CLASSES, isKnown, redriveRule } from '@kieq/domain';
import type { GenerationRecord, Ledger } from '@kieq/ledger';
import type { Queues } from '../jobs/catalogue.ts';
import { openDeadLetters, type OpenDeadLetter } from './open-dead-letters.ts';

/**
 * Brings the `dead-letter` queue in line with the ledger's open dead letters of one generation: its own, and the one of
 * its delivery. The queue is only for display; the sweeper is its one writer, so it cannot disagree for long.
 */
export async function mirrorDeadLetter(ledger: Ledger, queues: Queues, id: string): Promise<void> {
  const record = await ledger.read.generation(id);
  await mirrorOne(queues, `${id}-letter`, record, record?.deadLetter);
  await mirrorOne(queues, `${id}-notify`, record, record?.delivery?.deadLetter);
  await ledger.mirrored(id, record?.deadLetterChanges ?? 0);
}

async function mirrorOne(
  queues: Queues,
  jobId: string,
  record: GenerationRecord | undefined,
  deadLetter: OpenDeadLetter | undefined,
): Promise<void> {
  const queue = queues['dead-letter'];
  // A job is never changed: a dead letter of another class replaces it.
  await queue.remove(jobId);
  if (record !== undefined && deadLetter !== undefined)
    await queue.add(deadLetter.class, deadLetterData(record, deadLetter), { jobId });
}

function deadLetterData(record: GenerationRecord, deadLetter: OpenDeadLetter): object {
  const isPlain = deadLetter === record.deadLetter && openDeadLetters(record).length === 1;
  return {
    generation: record.id,
    state: record.state,
    class: deadLetter.class,
    evidence: deadLetter.evidence,
    openedAt: new Date(deadLetter.openedAt).toISOString(),
    tenant: record.tenant,
    model: record.model,
    attempts: record.attempts.length,
    task: record.taskId ?? null,
    advice: redriveRule(deadLetter.class).advice,
    redrive: isKnown(DEAD_LETTER_CLASSES, deadLetter.class)
      ? `kieq dlq redrive ${record.id}${isPlain ? '' : ` --class ${deadLetter.class}`}`
      : '',
  };
}
