import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type Job, type JobJson } from 'bullmq';
import { z } from 'zod';
import { jsonOf } from '../jobs/json.ts';
import { usableOptions } from './usable-options.ts';

/** Longest time that a worker blocks on its queue, in s. BullMQ would block for 5, or up to 10 until a delayed job is due. */
const BLOCK_S = 1;

/**
 * Pause after a wake-up that brought no job, in ms. Each delayed job that is added wakes whoever blocks on the queue, to
 * tell when it is due: while many are added, one wake-up tells of several. It is short beside all that a look waits for.
 */
const REST_MS = 10;

/** As BullMQ's scripts read it when a job ends. */
const parentSchema = z.object({ id: z.string(), queueKey: z.string() });
/** It is written again when the job fails. */
const tracesSchema = z.array(z.string());

/** Nearly no job has any, and reading an empty text as JSON costs an exception. */
function isTraces(stacktrace: string | undefined): boolean {
  return stacktrace !== undefined && stacktrace !== '' && tracesSchema.safeParse(jsonOf(stacktrace)).success;
}

/**
 * Takes jobs whose data is no JSON, as another client may write it (Python's `NaN`), in the form of an object that
 * no payload schema accepts. BullMQ itself throws while it takes such a job: nobody could end it, and it would come
 * back to the head of the queue for ever. Of a job's options it leaves what can be used (usable-options.ts).
 */
export class TolerantWorker extends Worker {
  #hasLooked = false;

  override async getNextJob(token: string, options: Parameters<Worker['getNextJob']>[1] = {}): Promise<Job> {
    this.#hasLooked = false;
    const job = await super.getNextJob(token, options);
    if (!this.#hasLooked) await sleep(REST_MS);
    return job;
  }

  protected override moveToActive(token: string, name?: string): Promise<Job> {
    this.#hasLooked = true;
    return super.moveToActive(token, name);
  }

  protected override createJob(json: JobJson, jobId: string): Job {
    if (json.parent !== undefined && !parentSchema.safeParse(json.parent).success)
      throw new TypeError('the parent of a job is none');
    const { stacktrace, timestamp, ...rest } = json;
    const usable = {
      ...rest,
      opts: usableOptions(json.opts),
      // Without a time that makes sense it was added long ago.
      timestamp: Number.isFinite(timestamp) ? timestamp : 0,
      ...(isTraces(stacktrace) ? { stacktrace } : {}),
    };
    try {
      return super.createJob(usable, jobId);
    } catch {
      return super.createJob({ ...usable, data: JSON.stringify({ unparsable: json.data }) }, jobId);
    }
  }

  /**
   * Completes a job and takes the next one in the same script, under the token of the first: undefined where none is there.
   * @throws as `moveToCompleted`; SyntaxError and TypeError where the first is complete, and the next cannot be read
   */
  async completeAndTake(job: Job, token: string, result: string): Promise<Job | undefined> {
    const reply = await job.moveToCompleted(result, token, true);
    if (!Array.isArray(reply)) return undefined;
    const json: JobJson | null | undefined = reply[0];
    const id: string = reply[1];
    // Without one BullMQ would remember an empty queue, but not when its next delayed job is due.
    return json === null || json === undefined ? undefined : this.nextJobFromJobData(json, id, token);
  }

  /**
   * A job that comes wakes one worker that blocks on its queue, and that may be a frozen one, or one whose machine has
   * lost its net: Redis keeps their calls for minutes. Whoever else blocks looks again by itself.
   */
  protected override getBlockTimeout(blockUntil: number): number {
    return Math.min(super.getBlockTimeout(blockUntil), BLOCK_S);
  }
}
