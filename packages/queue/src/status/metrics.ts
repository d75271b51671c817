import type { Counter, Gauge, Histogram, Metrics } from '@kieq/telemetry';

/** From fast answers to the request timeout. */
const SUBMIT_BUCKETS_S = [0.05, 0.1, 0.3, 0.5, 0.7, 1, 2, 5, 10, 20];
const POLLS_BUCKETS = [1, 2, 3, 4, 5, 7, 10, 15, 25, 50, 100, 200];
/** From a look pulled forward by a callback to one that was late in the distribution. */
const DETECTION_BUCKETS_S = [0.1, 0.3, 1, 3, 5, 10, 20, 40, 80, 160, 300, 600, 1800];
/** From a window with room to a night without credits. */
const WAIT_BUCKETS_S = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400];
/** Minutes are the rule, a day is the end. */
const LIFE_BUCKETS_S = [10, 30, 60, 120, 180, 240, 300, 450, 600, 900, 1800, 3600, 14_400, 86_400];
/** From a callback that is taken at once to one that is taken on the last day. */
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
      help: 'Answers to createTask by class',
      labels: ['class'],
    }),
    submitSeconds: metrics.histogram({
      name: 'submit_seconds',
      help: 'From the first byte of createTask to its answer',
      buckets: SUBMIT_BUCKETS_S,
    }),
    queueSeconds: metrics.histogram({
      name: 'queue_wait_seconds',
      help: 'From the moment when a generation could be submitted to its admission',
      buckets: WAIT_BUCKETS_S,
    }),
    generationSeconds: metrics.histogram({
      name: 'generation_seconds',
      help: 'From the creation of a generation to the verdict about its task',
      labels: ['end'],
      buckets: LIFE_BUCKETS_S,
    }),
    polls: metrics.counter({ name: 'polls_total', help: 'Answers to recordInfo', labels: ['seen'] }),
    pollSeconds: metrics.histogram({
      name: 'poll_seconds',
      help: 'From asking recordInfo to its answer, retries included',
      buckets: SUBMIT_BUCKETS_S,
    }),
    vendorStates: metrics.counter({
      name: 'vendor_states_total',
      help: 'State words of running tasks',
      labels: ['state'],
    }),
    pollsPerTask: metrics.histogram({
      name: 'polls_per_task',
      help: 'Looks at a task until its verdict, the last one included',
      buckets: POLLS_BUCKETS,
    }),
    detectionSeconds: metrics.histogram({
      name: 'detection_delay_seconds',
      help: 'From the end of a task at Kie to the look that found it',
      buckets: DETECTION_BUCKETS_S,
    }),
    pollPriceMs: metrics.gauge({
      name: 'poll_price_ms',
      help: 'Detection delay that one look is worth at the present load',
    }),
    pollSaturated: metrics.gauge({
      name: 'poll_saturated',
      help: '1 while even the fewest looks are more than the query budget allows',
    }),
    callbacksOn: metrics.gauge({
      name: 'callbacks_on',
      help: '1 where tasks carry a callback address: PUBLIC_URL is set',
    }),
    jobEnds: metrics.counter({
      name: 'job_ends_total',
      help: 'How jobs ended in this process',
      labels: ['queue', 'end'],
    }),
    defects: metrics.counter({
      name: 'defects_total',
      help: 'Jobs whose processing failed by an error that nobody foresaw',
      labels: ['queue'],
    }),
    active: metrics.gauge({ name: 'active_jobs', help: 'Jobs in work in this process', labels: ['queue'] }),
    surplus: metrics.counter({
      name: 'surplus_tasks_total',
      help: 'Tasks that turned up after another attempt was admitted',
    }),
    massDenials: metrics.counter({
      name: 'mass_denials_total',
      help: 'Tasks not declared lost: many were denied together',
    }),
    deliveries: metrics.counter({
      name: 'notices_total',
      help: 'Tries to deliver a callback to its caller: delivered, retry or given_up',
      labels: ['outcome'],
    }),
    deliverySeconds: metrics.histogram({
      name: 'notice_seconds',
      help: 'From the moment when a callback was due to its delivery',
      buckets: DELIVERY_BUCKETS_S,
    }),
    unreadableResults: metrics.counter({
      name: 'unreadable_results_total',
      help: 'Successes of which neither a link nor a text could be read; they are asked for again',
    }),
    recordlessJobs: metrics.counter({
      name: 'recordless_jobs_total',
      help: 'Jobs that only name their generation, which has no record: dropped',
    }),
    archives: metrics.counter({
      name: 'archives_total',
      help: 'Tries to save the results of a generation: saved, retry or given_up',
      labels: ['outcome'],
    }),
    archiveBytes: metrics.counter({ name: 'archive_bytes_total', help: 'Bytes of results that were saved' }),
    archiveSeconds: metrics.histogram({
      name: 'archive_seconds',
      help: 'From the verdict to the beginning of the try that saved its results',
      buckets: DELIVERY_BUCKETS_S,
    }),
    claims: metrics.counter({
      name: 'claims_total',
      help: 'Tasks that callbacks named for attempts without one: adopted, refuted, given_up or late',
      labels: ['outcome'],
    }),
    uploads: metrics.counter({
      name: 'uploads_total',
      help: 'Uploaded images on their way to Kie: passed, refused or postponed',
      labels: ['outcome'],
    }),
    uploadStoreDiffers: metrics.gauge({
      name: 'upload_store_differs',
      help: '1 while images of the pool are uploaded into another store than this worker has',
    }),
    sweeps: metrics.counter({
      name: 'sweeper_actions_total',
      help: 'What the sweeper of this process did',
      labels: ['action'],
    }),
    sweepRounds: metrics.counter({
      name: 'sweeper_rounds_total',
      help: 'Rounds of the sweeper in this process: led, other (another worker leads) or failed',
      labels: ['outcome'],
    }),
    redisLosses: metrics.counter({
      name: 'redis_losses_total',
      help: 'How often this process lost its connection to Redis, dead ones that it gave up included',
    }),
    loopRestarts: metrics.counter({
      name: 'take_loop_restarts_total',
      help: 'Queues opened anew because asking for a job did not come back although Redis answered',
      labels: ['queue'],
    }),
    idleSeconds: metrics.gauge({
      name: 'take_loop_look_seconds',
      help: 'How long the present look for a job has lasted; more than a minute while Redis answers is a defect',
      labels: ['queue'],
    }),
  };
}
