import type { Job } from 'bullmq';
import type { RecordlessDeps } from './submit-deps.ts';
import type { JobEnd } from '../loop/job-end.ts';

/**
 * Number of times that such a job is taken, and the pause in between, in ms: its record may be written right after it.
 */
const TAKES = 3;
const AGAIN_MS = 1000;

/**
 * The end of a job that only names its generation, which has no record (docs/decisions/0032). Either the record was
 * never made, and its caller got an error; or it was lost, and with it everything that could be sent. So there is
 * nothing to submit, and nothing that a dead letter could restore. Its id is free for a caller that enqueues the same
 * key again.
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
    'a job names a generation that has no record; the job is dropped. If the record was lost, a task may exist and be charged: compare with the Kie account',
  );
  return { kind: 'complete', result: 'the generation has no record', forget: true };
}
