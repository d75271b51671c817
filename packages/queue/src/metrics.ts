import type { Metrics } from '@kieq/telemetry';

/** From fast answers to the request timeout. */
const SUBMIT_BUCKETS_S = [0.05, 0.1, 0.3, 0.5, 0.7, 1, 2, 5, 10, 20];

/** What a worker process counts; labels are closed sets. */
export function createWorkerMetrics({ counter, gauge, histogram }: Metrics) {
  return {
    submissions: counter({ name: 'submissions_total', help: 'Answers to createTask by class', labels: ['class'] }),
    submitSeconds: histogram({
      name: 'submit_seconds',
      help: 'From the first byte of createTask to its answer',
      buckets: SUBMIT_BUCKETS_S,
    }),
    polls: counter({ name: 'polls_total', help: 'Answers to recordInfo', labels: ['seen'] }),
    vendorStates: counter({ name: 'vendor_states_total', help: 'State words of running tasks', labels: ['state'] }),
    jobEnds: counter({ name: 'job_ends_total', help: 'How jobs ended in this process', labels: ['queue', 'end'] }),
    active: gauge({ name: 'active_jobs', help: 'Jobs in work in this process', labels: ['queue'] }),
    surplus: counter({ name: 'surplus_tasks_total', help: 'Tasks that turned up after another attempt was admitted' }),
    massDenials: counter({ name: 'mass_denials_total', help: 'Tasks not declared lost because many were denied together' }),
    sweeps: counter({ name: 'sweeper_actions_total', help: 'What the sweeper of this process did', labels: ['action'] }),
  };
}
export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;
