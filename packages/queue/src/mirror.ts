import { REDRIVE_RULES } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import type { Queues } from './catalogue.ts';

/**
 * Brings the `dead-letter` queue in line with the ledger's open letter of one generation.
 * The queue is only for looking; the sweeper is its one writer, so it cannot disagree for long.
 */
export async function mirrorLetter(ledger: Ledger, queues: Queues, id: string): Promise<void> {
  const queue = queues['dead-letter'];
  const record = await ledger.read.generation(id);
  const jobId = `${id}-letter`;
  // A job is never changed: a letter of another class replaces it.
  await queue.remove(jobId);
  if (record?.letter === undefined) return;
  const { class: letterClass, evidence, openedAt } = record.letter;
  const data = {
    generation: id,
    state: record.state,
    class: letterClass,
    evidence,
    openedAt: new Date(openedAt).toISOString(),
    tenant: record.tenant,
    model: record.model,
    attempts: record.attempts.length,
    task: record.taskId ?? null,
    advice: REDRIVE_RULES[letterClass].advice,
    redrive: `kieq dlq redrive ${id}`,
  };
  await queue.add(letterClass, data, { jobId });
}
