import { fileURLToPath } from 'node:url';
import { openQueues } from '@kieq/queue';
import {
  startApp,
  startMain,
  startProcessPool,
  TEST_KEY,
  testRedis,
  testRequest,
  type AppProcess,
} from '@kieq/testkit';
import type { RedisClient } from '@kieq/redis';

const BARE_WORKER = fileURLToPath(new URL('bare-worker.js', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const BATCH = 1000;
/** Between the submission and the look, where nothing is learned. */
const LOOK_AFTER_MS = 100;
/** The defaults of KIEQ_SUBMIT_CONCURRENCY, KIEQ_POLL_CONCURRENCY and KIEQ_LOCK_MS. */
const CONCURRENCY = 20;
const LOCK_MS = 30_000;
/** Wide open: the vendor has no limit here. */
const LIMITS = {
  KIEQ_SUBMIT_LIMIT: '10000',
  KIEQ_SUBMIT_WINDOW_MS: '1000',
  KIEQ_POLL_LIMIT_PER_SECOND: '10000',
  KIEQ_MAX_IN_FLIGHT: '1000000',
};

/** A whole pipeline: its backlog, its workers, and how far it is. */
export interface Subject {
  readonly redis: RedisClient;
  enqueue(count: number): Promise<void>;
  startWorker(): Promise<AppProcess>;
  /** Generations that have come to their end. */
  done(): Promise<number>;
  stop(): Promise<void>;
}

export interface SubjectPlace {
  readonly redisUrl: string;
  /** Address of the simulated Kie. */
  readonly kieUrl: string;
  /** KIEQ_TIME_SCALE. */
  readonly scale: number;
}

export type SubjectName = 'kieq' | 'bare';

export function openSubject(name: SubjectName, place: SubjectPlace): Promise<Subject> {
  return name === 'kieq' ? openKieq(place) : openBare(place);
}

/** Built workers as in production, their log lines included, which nobody reads. */
async function openKieq({ redisUrl, kieUrl, scale }: SubjectPlace): Promise<Subject> {
  const env = { KIE_BASE_URL: kieUrl, KIE_UPLOAD_URL: kieUrl, KIEQ_TIME_SCALE: String(scale), ...LIMITS };
  const pool = await startProcessPool({ redisUrl, name: 'bench-pipeline', env });
  const workers: AppProcess[] = [];
  return {
    redis: pool.redis.client,
    enqueue: async (count) => {
      await pool.enqueue(Array.from({ length: count }, (_, i) => `number ${i}`));
    },
    startWorker: async () => {
      const worker = await startApp('worker', pool.env, { forward: () => undefined });
      workers.push(worker);
      return worker;
    },
    done: async () => (await pool.ledger.read.stateCounts()).succeeded,
    stop: async () => {
      await killAll(workers);
      await pool.stop();
    },
  };
}

async function openBare({ redisUrl, kieUrl }: SubjectPlace): Promise<Subject> {
  const redis = await testRedis(redisUrl, 'bench-bare');
  const queues = openQueues(redis.client, redis.prefix);
  const workers: AppProcess[] = [];
  let enqueued = 0;
  const env = {
    REDIS_URL: redisUrl,
    KIEQ_PREFIX: redis.prefix,
    KIE_BASE_URL: kieUrl,
    KIE_API_KEY: TEST_KEY,
    CONCURRENCY: String(CONCURRENCY),
    LOOK_AFTER_MS: String(LOOK_AFTER_MS),
    LOCK_MS: String(LOCK_MS),
  };
  const open = async (): Promise<number> => {
    // In the order of a job's life: one that moves on meanwhile is counted twice rather than not at all.
    const counts = [await queues.submit.getJobCountByTypes('prioritized', 'active')];
    counts.push(await queues.poll.getJobCountByTypes('waiting', 'delayed', 'active'));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  return {
    redis: redis.client,
    enqueue: async (count) => {
      for (; enqueued < count; enqueued += BATCH) await queues.submit.addBulk(jobsFrom(enqueued, count));
      enqueued = count;
    },
    startWorker: async () => {
      const worker = await startMain('bare worker', BARE_WORKER, { cwd: HERE, env });
      workers.push(worker);
      return worker;
    },
    done: async () => enqueued - (await open()),
    stop: async () => {
      await killAll(workers);
      await queues.close();
      await redis.cleanup();
    },
  };
}

function jobsFrom(first: number, end: number) {
  return Array.from({ length: Math.min(BATCH, end - first) }, (_, i) => {
    const request = testRequest(`number ${first + i}`);
    return { name: request.model, data: { request }, opts: { priority: 100 } };
  });
}

async function killAll(processes: readonly AppProcess[]): Promise<void> {
  for (const one of processes) one.signal('SIGKILL');
  await Promise.all(processes.map(({ ended }) => ended));
}
