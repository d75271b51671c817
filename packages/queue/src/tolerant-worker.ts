import { Worker, type Job, type JobJson } from 'bullmq';

/** Longest time that a worker blocks on its queue, in s. BullMQ would block for 5, or up to 10 until a delayed job is due. */
const BLOCK_S = 1;

/**
 * Takes jobs whose data is no JSON, as another client may write it (Python's `NaN`), in the form of an object that
 * no payload schema accepts. BullMQ itself throws while it takes such a job: nobody could end it, and it would come
 * back to the head of the queue for ever.
 */
export class TolerantWorker extends Worker {
  protected override createJob(json: JobJson, jobId: string): Job {
    try {
      return super.createJob(json, jobId);
    } catch {
      return super.createJob({ ...json, data: JSON.stringify({ unparsable: json.data }) }, jobId);
    }
  }

  /**
   * A job that comes wakes one worker that blocks on its queue, and that may be a frozen one, or one whose machine has
   * lost its net: Redis keeps their calls for minutes. Whoever else blocks looks again by itself.
   */
  protected override getBlockTimeout(blockUntil: number): number {
    return Math.min(super.getBlockTimeout(blockUntil), BLOCK_S);
  }
}
