import { channel } from 'node:diagnostics_channel';
import type { WorkedQueue } from '../jobs/catalogue.ts';

/** For which job the code runs. */
export interface JobAtHand {
  readonly queue: WorkedQueue;
  readonly job: string;
}

/**
 * Where the take loop hands a job on. A program that is loaded before an app can bind an `AsyncLocalStorage` to the
 * channel and knows from then on for which job each command and each request is sent; the kill-point matrix does
 * (docs/kill-matrix.md). Without one this is a plain call.
 */
const jobs = channel('kieq:job');

/** Runs what is done for one job. */
export function handOn<Value>(job: JobAtHand, run: () => Value): Value {
  return jobs.runStores(job, run);
}
