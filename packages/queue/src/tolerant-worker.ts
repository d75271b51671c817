import { Worker, type Job, type JobJson } from 'bullmq';

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
}
