/**
 * What a board may be allowed to do. None of it pays twice, since a job is only the vehicle of a generation, whose money
 * the ledger keeps: `retry` runs a job again that has ended, `promote` a delayed one now, and `pause` stops and resumes
 * the work on a queue.
 */
export type BoardAction = 'retry' | 'promote' | 'pause';

/** What these are called on a queue and on a job of BullMQ. */
export const METHODS = {
  retry: { queue: [], job: ['retry'] },
  promote: { queue: ['promoteJobs'], job: ['promote'] },
  pause: { queue: ['pause', 'resume'], job: [] },
} as const satisfies Readonly<
  Record<BoardAction, { readonly queue: readonly string[]; readonly job: readonly string[] }>
>;

/** Of a queue: what Bull Board reads. */
export const QUEUE_READS = [
  'getBackend',
  'getGlobalConcurrency',
  'getGlobalRateLimit',
  'getJob',
  'getJobCounts',
  'getJobLogs',
  'getJobScheduler',
  'getJobSchedulers',
  'getJobSchedulersCount',
  'getJobs',
  'getMetrics',
  'getRateLimitTtl',
  'getWorkers',
  'isPaused',
  'toKey',
] as const;

/** Of a job: what Bull Board reads, in addition to its fields. */
export const JOB_READS = ['getDependenciesCount', 'getIgnoredChildrenFailures', 'getState'] as const;
