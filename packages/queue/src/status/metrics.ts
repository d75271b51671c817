import type { Counter, Gauge, Histogram, Metrics } from '@kieq/telemetry';

/** From fast responses to the request timeout. */
const SUBMIT_BUCKETS_S = [0.05, 0.1, 0.3, 0.5, 0.7, 1, 2, 5, 10, 20];
const POLLS_BUCKETS = [1, 2, 3, 4, 5, 7, 10, 15, 25, 50, 100, 200];
/** From a poll pulled forward by a callback to one late in the distribution. */
const DETECTION_BUCKETS_S = [0.1, 0.3, 1, 3, 5, 10, 20, 40, 80, 160, 300, 600, 1800];
/** From a window with free slots to a night without credits. */
const WAIT_BUCKETS_S = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400];
/** Minutes are the rule, a day is the end. */
const LIFE_BUCKETS_S = [10, 30, 60, 120, 180, 240, 300, 450, 600, 900, 1800, 3600, 14_400, 86_400];
/** From a webhook that is accepted at once to one that is accepted on the last day. */
const DELIVERY_BUCKETS_S = [0.1, 0.3, 1, 3, 10, 60, 300, 1800, 7200, 21_600, 86_400];

/** What a worker process counts; labels are closed sets. */
export interface WorkerMetrics {
  readonly submissions: Counter<'class'>;
  readonly submitSeconds: Histogram<never>;
  readonly queueSeconds: Histogram<never>;
  readonly generationSeconds: Histogram<'end'>;
  readonly polls: Counter<'seen'>;
  readonly pollSeconds: Histogram<never>;
  readonly vendorStates: Counter<'state'>;
  readonly pollsPerTask: Histogram<never>;
  readonly detectionSeconds: Histogram<never>;
  readonly pollPriceMs: Gauge<never>;
  readonly pollSaturated: Gauge<never>;
  readonly callbacksOn: Gauge<never>;
  readonly jobEnds: Counter<'queue' | 'end'>;
  readonly defects: Counter<'queue'>;
  readonly active: Gauge<'queue'>;
  readonly surplus: Counter<never>;
  readonly massDenials: Counter<never>;
  readonly deliveries: Counter<'outcome'>;
  readonly deliverySeconds: Histogram<never>;
  readonly unreadableResults: Counter<never>;
  readonly recordlessJobs: Counter<never>;
  readonly archives: Counter<'outcome'>;
  readonly archiveBytes: Counter<never>;
  readonly archiveSeconds: Histogram<never>;
  readonly claims: Counter<'outcome'>;
  readonly uploads: Counter<'outcome'>;
  readonly uploadStoreDiffers: Gauge<never>;
  readonly sweeps: Counter<'action'>;
  readonly sweepRounds: Counter<'outcome'>;
  readonly redisLosses: Counter<never>;
  readonly loopRestarts: Counter<'queue'>;
  readonly idleSeconds: Gauge<'queue'>;
}

export function createWorkerMetrics(metrics: Metrics): WorkerMetrics {
  return {
    submissions: metrics.counter({
      name: 'submissions_total',
      help: 'Responses to createTask by class',
      labels: ['class'],
    }),
    submitSeconds: metrics.histogram({
      name: 'submit_seconds',
      help: 'Time from the first byte of createTask to its response',
      buckets: SUBMIT_BUCKETS_S,
    }),
    queueSeconds: metrics.histogram({
      name: 'queue_wait_seconds',
      help: 'Time from when a generation could be submitted until its admission',
      buckets: WAIT_BUCKETS_S,
    }),
    generationSeconds: metrics.histogram({
      name: 'generation_seconds',
      help: 'Time from the creation of a generation to the verdict on its task',
      labels: ['end'],
      buckets: LIFE_BUCKETS_S,
    }),
    polls: metrics.counter({ name: 'polls_total', help: 'Responses to recordInfo', labels: ['seen'] }),
    pollSeconds: metrics.histogram({
      name: 'poll_seconds',
      help: 'Time from calling recordInfo to its response, retries included',
      buckets: SUBMIT_BUCKETS_S,
    }),
    vendorStates: metrics.counter({
      name: 'vendor_states_total',
      help: 'States that Kie reported for running tasks',
      labels: ['state'],
    }),
    pollsPerTask: metrics.histogram({
      name: 'polls_per_task',
      help: 'Polls of a task until its verdict, the last one included',
      buckets: POLLS_BUCKETS,
    }),
    detectionSeconds: metrics.histogram({
      name: 'detection_delay_seconds',
      help: 'Time from the end of a task at Kie to the poll that found it',
      buckets: DETECTION_BUCKETS_S,
    }),
    pollPriceMs: metrics.gauge({
      name: 'poll_price_ms',
      help: 'Detection delay that one poll is worth at the present load',
    }),
    pollSaturated: metrics.gauge({
      name: 'poll_saturated',
      help: '1 while the query budget does not allow even the fewest polls',
    }),
    callbacksOn: metrics.gauge({
      name: 'callbacks_on',
      help: '1 if PUBLIC_URL is set, so that tasks carry a callback address',
    }),
    jobEnds: metrics.counter({
      name: 'job_ends_total',
      help: 'Jobs of this process by how they ended',
      labels: ['queue', 'end'],
    }),
    defects: metrics.counter({
      name: 'defects_total',
      help: 'Jobs that failed with an unexpected error',
      labels: ['queue'],
    }),
    active: metrics.gauge({ name: 'active_jobs', help: 'Jobs that this process is working on', labels: ['queue'] }),
    surplus: metrics.counter({
      name: 'surplus_tasks_total',
      help: 'Tasks that appeared after another attempt was admitted; they may be paid twice',
    }),
    massDenials: metrics.counter({
      name: 'mass_denials_total',
      help: 'Tasks not declared lost because recordInfo did not find many at once',
    }),
    deliveries: metrics.counter({
      name: 'notices_total',
      help: 'Attempts to deliver a webhook to its caller: delivered, retry or given_up',
      labels: ['outcome'],
    }),
    deliverySeconds: metrics.histogram({
      name: 'notice_seconds',
      help: 'Time from when a webhook was due until its delivery',
      buckets: DELIVERY_BUCKETS_S,
    }),
    unreadableResults: metrics.counter({
      name: 'unreadable_results_total',
      help: 'Successes without a readable link or text; they are polled again',
    }),
    recordlessJobs: metrics.counter({
      name: 'recordless_jobs_total',
      help: 'Jobs dropped because the generation that they name has no record',
    }),
    archives: metrics.counter({
      name: 'archives_total',
      help: 'Attempts to save the results of a generation: saved, retry or given_up',
      labels: ['outcome'],
    }),
    archiveBytes: metrics.counter({ name: 'archive_bytes_total', help: 'Bytes of saved results' }),
    archiveSeconds: metrics.histogram({
      name: 'archive_seconds',
      help: 'Time from the verdict to the start of the attempt that saved its results',
      buckets: DELIVERY_BUCKETS_S,
    }),
    claims: metrics.counter({
      name: 'claims_total',
      help: 'Tasks that callbacks named for attempts without a task: adopted, refuted, given_up or late',
      labels: ['outcome'],
    }),
    uploads: metrics.counter({
      name: 'uploads_total',
      help: 'Uploaded images on their way to Kie: passed, refused or postponed',
      labels: ['outcome'],
    }),
    uploadStoreDiffers: metrics.gauge({
      name: 'upload_store_differs',
      help: '1 while images of the pool are uploaded into another store than that of this worker',
    }),
    sweeps: metrics.counter({
      name: 'sweeper_actions_total',
      help: 'Actions of the sweeper of this process',
      labels: ['action'],
    }),
    sweepRounds: metrics.counter({
      name: 'sweeper_rounds_total',
      help: 'Rounds of the sweeper in this process: led, other (another worker leads) or failed',
      labels: ['outcome'],
    }),
    redisLosses: metrics.counter({
      name: 'redis_losses_total',
      help: 'Connections to Redis that this process lost, including dead ones that it closed',
    }),
    loopRestarts: metrics.counter({
      name: 'take_loop_restarts_total',
      help: 'Queues that were opened again because asking for a job did not return although Redis responded',
      labels: ['queue'],
    }),
    idleSeconds: metrics.gauge({
      name: 'take_loop_look_seconds',
      help: 'Duration of the current request for a job; more than a minute while Redis responds is a defect',
      labels: ['queue'],
    }),
  };
}
