import type { Job } from 'bullmq';
import type { ArchiveDeps } from './archive-deps.ts';
import { saveResults } from './archive-results.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { pollJobSchema } from '../jobs/payload.ts';
import type { Taken } from '../loop/take-loop.ts';
import { idOf } from '../jobs/vehicles.ts';

/** An attempt that is due within this time is made now: the clocks of workers differ a little. */
const SLACK_MS = 50;

/** Takes a job of `archive`: results are saved only by the current vehicle of a generation whose archive is pending. */
export async function takeArchiveJob(context: ArchiveDeps, job: Job): Promise<Taken> {
  const parsed = pollJobSchema.safeParse(job.data);
  if (!parsed.success) return { end: { kind: 'fail', reason: `not an archive job: ${parsed.error.message}` } };
  const { read } = context.ledger;
  const [record, nowMs] = await Promise.all([read.generation(parsed.data.generation), read.now()]);
  const status = record?.archiving;
  if (record === undefined || status === undefined) return nothing('the record names no results to save');
  if (record.vehicle !== idOf(job)) return nothing('another job saves them');
  if (status.state === 'done') return nothing('they are saved');
  if (status.state === 'failed') return { end: await endGivenUp(job, record.id) };
  // A state of a newer version: a worker of that version handles it.
  if (status.state !== 'pending') return { end: { kind: 'delay', delayMs: context.timings.vehicleCheckMs } };
  const earlyMs = status.nextAt - nowMs;
  if (earlyMs > SLACK_MS) return { end: { kind: 'delay', delayMs: earlyMs } };
  return { work: () => saveResults(context, record, status, nowMs) };
}

function nothing(why: string): { readonly end: JobEnd } {
  return { end: { kind: 'complete', result: `nothing to save: ${why}` } };
}

/** A job that was retried in a dashboard: its log says how to continue. */
async function endGivenUp(job: Job, id: string): Promise<JobEnd> {
  const redrive = `kieq dlq redrive ${id} --class archive_failed`;
  await job.log(`Retrying the job changes nothing. To save the results again: ${redrive}`);
  return { kind: 'fail', reason: `dead letter archive_failed (${redrive})` };
}
