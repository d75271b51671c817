import { isDeepStrictEqual } from 'node:util';
import { DEAD_LETTER_CLASSES, isKnown, redriveRule } from '@kieq/domain';
import type { GenerationRecord, Ledger } from '@kieq/ledger';
import type { Queue } from 'bullmq';
import { openDeadLetters, type OpenDeadLetter } from './open-dead-letters.ts';

/** What mirroring one generation needs of the ledger. */
export interface MirrorLedger extends Pick<Ledger, 'mirrored'> {
  readonly read: Pick<Ledger['read'], 'generation'>;
}
type Mirror = Pick<Queue, 'add' | 'remove'>;

/** A job that the mirror may have, and what it shows; undefined where it must not be there. */
interface MirrorJob {
  readonly jobId: string;
  readonly shown: { readonly name: string; readonly data: object } | undefined;
}

/**
 * Brings the `dead-letter` queue in line with the ledger's open dead letters of one generation: its own, and the one of
 * its delivery. The queue is only for display. The sweeper is its one writer; a sweeper that was frozen on its way here
 * writes what it has read long ago, and `checkMirror` corrects that.
 */
export async function mirrorDeadLetter(ledger: MirrorLedger, mirror: Mirror, id: string): Promise<void> {
  const record = await ledger.read.generation(id);
  for (const job of mirrorJobs(id, record)) await write(mirror, job);
  await ledger.mirrored(id, record?.deadLetterChanges ?? 0);
}

/**
 * Mirrors the dead letters of one generation again if the queue shows others than the ledger has.
 * @returns whether it did
 */
export async function checkMirror(ledger: MirrorLedger, mirror: Queue, id: string): Promise<boolean> {
  const record = await ledger.read.generation(id);
  for (const job of mirrorJobs(id, record)) {
    if (await isShown(mirror, job)) continue;
    await mirrorDeadLetter(ledger, mirror, id);
    return true;
  }
  return false;
}

function mirrorJobs(id: string, record: GenerationRecord | undefined): MirrorJob[] {
  const jobOf = (jobId: string, deadLetter: OpenDeadLetter | undefined): MirrorJob => ({
    jobId,
    shown:
      record === undefined || deadLetter === undefined
        ? undefined
        : { name: deadLetter.class, data: deadLetterData(record, deadLetter) },
  });
  return [jobOf(`${id}-letter`, record?.deadLetter), jobOf(`${id}-notify`, record?.delivery?.deadLetter)];
}

async function write(mirror: Mirror, { jobId, shown }: MirrorJob): Promise<void> {
  // A job is never changed: a dead letter of another class replaces it.
  await mirror.remove(jobId);
  if (shown !== undefined) await mirror.add(shown.name, shown.data, { jobId });
}

async function isShown(mirror: Queue, { jobId, shown }: MirrorJob): Promise<boolean> {
  const job = await mirror.getJob(jobId);
  if (job === undefined || shown === undefined) return job === shown;
  // As Redis holds it: a field that is undefined is not there.
  const data: unknown = JSON.parse(JSON.stringify(shown.data));
  return job.name === shown.name && isDeepStrictEqual(job.data, data);
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
