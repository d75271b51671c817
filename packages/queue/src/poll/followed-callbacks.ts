import { createHash } from 'node:crypto';
import type { Timings } from '@kieq/domain';
import type { CallbackReply, Ledger } from '@kieq/ledger';
import { ErrorCode, type Queue } from 'bullmq';
import type { Queues } from '../jobs/catalogue.ts';
import { PAYLOAD_VERSION, type PollJob } from '../jobs/payload.ts';
import { jobState } from '../jobs/vehicles.ts';

/**
 * Brings a sleeping poll to the head of its queue. Polls asked for by callbacks are last in, first out among
 * themselves: callbacks cannot be more than submissions, which are fewer than the polls of the budget. A job that is
 * active or gone stays as it is: the processor that parks a poll checks for callbacks afterwards.
 */
async function pullForward(poll: Queue, vehicle: string): Promise<void> {
  const job = await poll.getJob(vehicle);
  if (job === undefined) return;
  await job.promote().catch(unlessMoved);
  // One that was due already goes to the head as well.
  await job.changePriority({ priority: 0, lifo: true }).catch(unlessMoved);
}

/** Puts a poll that has waited for too long behind those of callbacks and before all others. */
export async function advance(poll: Queue, vehicle: string): Promise<void> {
  const job = await poll.getJob(vehicle);
  if (job === undefined) return;
  await job.changePriority({ priority: 0 }).catch(unlessMoved);
}

/** It was promoted, taken or removed meanwhile: nothing to do. */
function unlessMoved(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== ErrorCode.JobNotInState && code !== ErrorCode.JobNotExist) throw error;
}

/**
 * BullMQ cannot promote an active job, nor one that is not added yet. So code that parks or adds a poll checks here
 * afterwards whether a callback came meanwhile.
 * @param seen callbacks that were taken into account
 */
export async function pullForwardIfCalledBack(
  { read }: { readonly read: Pick<Ledger['read'], 'callbacksSeen'> },
  queues: Queues,
  { id, vehicle, seen }: { readonly id: string; readonly vehicle: string; readonly seen: number },
): Promise<void> {
  if ((await read.callbacksSeen(id)) > seen) await pullForward(queues.poll, vehicle);
}

/** The job that asks recordInfo whether a task belongs to the generation; one per claim. */
function claimJobId(generation: string, taskId: string): string {
  return `${generation}-claim-${createHash('sha256').update(taskId).digest('hex').slice(0, 12)}`;
}

async function addClaim(queues: Queues, generation: string, taskId: string, delayMs: number): Promise<void> {
  const data: PollJob = { v: PAYLOAD_VERSION, generation, claim: taskId };
  const options = { jobId: claimJobId(generation, taskId), delay: delayMs };
  await queues.poll.add('claim', data, options);
}

/** Adds the job of a claim if none is left that will run; true if it did. */
export async function reviveClaim(queues: Queues, generation: string, taskId: string): Promise<boolean> {
  const jobId = claimJobId(generation, taskId);
  if ((await jobState(queues.poll, jobId)) !== 'gone') return false;
  // A failed one is kept for the dashboard and would swallow its successor.
  await queues.poll.remove(jobId);
  await addClaim(queues, generation, taskId, 0);
  return true;
}

/** Acts on the reply of `ledger.callback`. If this fails, the sweeper does it later. */
export async function followCallback(
  queues: Queues,
  timings: Pick<Timings, 'pollMinMs'>,
  id: string,
  reply: CallbackReply,
): Promise<void> {
  if (reply.kind === 'calledBack') await pullForward(queues.poll, reply.vehicle);
  if (reply.kind !== 'claimed') return;
  // While the submission is open the response to createTask usually comes first and spares the query.
  await addClaim(queues, id, reply.taskId, reply.state === 'submitting' ? Math.ceil(timings.pollMinMs / 2) : 0);
}
