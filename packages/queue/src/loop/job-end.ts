import type { Job } from 'bullmq';

/**
 * How the processing of a job ends. Processors decide with this value; `applyJobEnd` is the only place that turns it
 * into BullMQ calls.
 *
 * - `complete`: its work is done, or it was not the current vehicle.
 * - `delay`: parked; the same job comes again. Uses up no attempt.
 * - `give_back`: to the head of its priority; admission has no slot now.
 * - `fail`: shown as failed, for dead letters and for defects.
 */
export type JobEnd =
  | {
      readonly kind: 'complete';
      readonly result: string;
      /** The job is not kept for the dashboard: another one may have its id. */
      readonly forget?: true;
    }
  | {
      readonly kind: 'delay';
      readonly delayMs: number;
      /** Among the jobs that wait when the delay is over; unchanged without it. */
      readonly priority?: number;
      /** What can only be done to a parked job. */
      readonly afterwards?: () => Promise<void>;
    }
  | { readonly kind: 'give_back' }
  | { readonly kind: 'fail'; readonly reason: string };

export async function applyJobEnd(job: Job, token: string, end: JobEnd): Promise<void> {
  switch (end.kind) {
    case 'complete':
      if (end.forget) job.opts.removeOnComplete = true;
      await job.moveToCompleted(end.result, token, false);
      return;
    case 'delay':
      // While the job is active this only writes it down; it counts when the delay is over.
      if (end.priority !== undefined) await job.changePriority({ priority: end.priority });
      await job.moveToDelayed(Date.now() + end.delayMs, token);
      await end.afterwards?.();
      return;
    case 'give_back':
      await job.moveToWait(token);
      return;
    case 'fail':
      await job.moveToFailed(new Error(end.reason), token, false);
      return;
    default:
      end satisfies never;
  }
}
