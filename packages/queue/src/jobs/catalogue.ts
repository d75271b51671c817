import { Queue, type DefaultJobOptions, type QueueOptions } from 'bullmq';
import type { RedisClient } from '@kieq/redis';

/**
 * The queues of a pool, all under one prefix (docs/architecture/path.md#queues).
 *
 * - `submit`: ordered by priority, gated by the ledger's admission.
 * - `poll`: delayed polls of tasks.
 * - `archive`: results to be saved, the most urgent first.
 * - `notify`: deliveries to callers, one job for each end of a generation whose caller wants a webhook.
 * - `dead-letter`: a mirror of the ledger's open dead letters for dashboards; no worker takes its jobs.
 */
export const QUEUE_NAMES = ['submit', 'poll', 'archive', 'notify', 'dead-letter'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** The queues that workers work on; `archive` only where there is one. */
export const WORKED_QUEUES = ['submit', 'poll', 'archive', 'notify'] as const;
export type WorkedQueue = (typeof WORKED_QUEUES)[number];

/** Priority of a job where the caller names none; 1 comes first, 1000 last. */
export const DEFAULT_PRIORITY = 100;

const DAY_S = 86_400;

/** `attempts: 1`: our own policy decides about retries, never BullMQ's. Kept jobs serve the dashboard only. */
export const JOB_OPTIONS = {
  submit: {
    attempts: 1,
    removeOnComplete: { count: 1000, age: DAY_S },
    removeOnFail: { count: 1000, age: 7 * DAY_S },
  },
  poll: { attempts: 1, removeOnComplete: true, removeOnFail: { count: 1000, age: DAY_S } },
  archive: { attempts: 1, removeOnComplete: true, removeOnFail: { count: 1000, age: 7 * DAY_S } },
  notify: { attempts: 1, removeOnComplete: true, removeOnFail: { count: 1000, age: 7 * DAY_S } },
  'dead-letter': { attempts: 1, removeOnComplete: true, removeOnFail: true },
} satisfies Readonly<Record<QueueName, DefaultJobOptions>>;

export type Queues = Readonly<Record<QueueName, Queue>> & { close(): Promise<void> };

/**
 * @param redis a client that may be shared; it is not closed by `close`
 * @param prefix of the pool, such as `{kieq}`
 * @param options `skipMetasUpdate`: opening the queues writes nothing, for those who only look at them
 */
export function openQueues(
  redis: RedisClient,
  prefix: string,
  options: Pick<QueueOptions, 'skipMetasUpdate'> = {},
): Queues {
  const open = (name: QueueName): Queue => {
    const queue = new Queue(name, {
      ...options,
      connection: redis,
      prefix,
      skipWaitingForReady: true,
      defaultJobOptions: JOB_OPTIONS[name],
    });
    // The owner of the connection handles its errors; without a listener they would end the process.
    queue.on('error', () => undefined);
    return queue;
  };
  const queues = {
    submit: open('submit'),
    poll: open('poll'),
    archive: open('archive'),
    notify: open('notify'),
    'dead-letter': open('dead-letter'),
  };
  return {
    ...queues,
    async close() {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}
