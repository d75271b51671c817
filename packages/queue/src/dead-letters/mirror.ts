import { DEAD_LETTER_CLASSES, isKnown, redriveRule } from '@kieq/domain';
import type { GenerationRecord, Ledger } from '@kieq/ledger';
import type { Queues } from '../jobs/catalogue.ts';
import { at } from '../kill-points.ts';
import { openLetters, type OpenLetter } from './open-dead-letters.ts';

/**
 * Brings the `dead-letter` queue in line with the ledger's open letters of one generation: its own, and the one of
 * its callback.
 * The queue is only for looking; the sweeper is its one writer, so it cannot disagree for long.
 */
export async function mirrorLetter(ledger: Ledger, queues: Queues, id: string): Promise<void> {
  const record = await at('mirror.read', () => ledger.read.generation(id));
  await mirrorOne(queues, `${id}-letter`, record, record?.letter);
  await mirrorOne(queues, `${id}-notify`, record, record?.notice?.letter);
  await at('mirror.write', () => ledger.mirrored(id, record?.letters ?? 0));
}

async function mirrorOne(
  queues: Queues,
  jobId: string,
  record: GenerationRecord | undefined,
  letter: OpenLetter | undefined,
): Promise<void> {
  const queue = queues['dead-letter'];
  // A job is never changed: a letter of another class replaces it.
  await at('mirror.remove', () => queue.remove(jobId));
  if (record !== undefined && letter !== undefined)
    await at('mirror.add', () => queue.add(letter.class, letterData(record, letter), { jobId }));
}

function letterData(record: GenerationRecord, letter: OpenLetter): object {
  const isPlain = letter === record.letter && openLetters(record).length === 1;
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
    advice: redriveRule(letter.class).advice,
    redrive: isKnown(DEAD_LETTER_CLASSES, letter.class)
      ? `kieq dlq redrive ${record.id}${isPlain ? '' : ` --class ${letter.class}`}`
      : '',
  };
}
