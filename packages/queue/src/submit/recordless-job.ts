import type { Job } from 'bullmq';
import type { RecordlessDeps } from './submit-deps.ts';
import type { JobEnd } from '../loop/job-end.ts';

/** So often such a job is taken, and so long it is put off in between, in ms: a record may come right behind it. */
const TAKES = 3;
const AGAIN_MS = 1000;

/**
 * The end of a job that only names its generation, which has no record (docs/decisions/0032). Either the record was never
 * made, and whoever asked for it has heard an error; or it is gone, and with it all that could be sent. So there is nothing
 * to submit, and nothing that a dead letter could give back. It leaves its id to whoever enqueues the same key again.
 */
export function endRecordless(
  { logger, metrics }: RecordlessDeps,
  job: Pick<Job, 'id' | 'attemptsStarted'>,
  generation: string,
): JobEnd {
  if (job.attemptsStarted < TAKES) return { kind: 'delay', delayMs: AGAIN_MS };
  metrics.recordlessJobs.inc();
  logger.error(
    { generation, job: job.id, started: job.attemptsStarted },
    'a job only names its generation, which has no record: dropped; where there was one, a task may exist and be charged',
  );
  return { kind: 'complete', result: 'there is no record', forget: true };
}
