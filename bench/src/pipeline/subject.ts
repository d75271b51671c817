import { fileURLToPath } from 'node:url';
import { openQueues } from '@kieq/queue';
import { startMain, startProcessPool, TEST_KEY, testRedis, testRequest, type AppProcess } from '@kieq/testkit';
import type { RedisClient } from '@kieq/redis';
import { thisTree, type Tree } from '../tree.ts';

const BARE_WORKER = fileURLToPath(new URL('bare-worker.js', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const BATCH = 1000;
/** Between the submission and the poll, where nothing is learned. */
const LOOK_AFTER_MS = 100;
/** The defaults of KIEQ_SUBMIT_CONCURRENCY, KIEQ_POLL_CONCURRENCY and KIEQ_LOCK_MS. */
const CONCURRENCY = 20;
const LOCK_MS = 30_000;
/** Wide open: the vendor has no limit here. */
export const LIMITS = {
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

/** kieq, and a worker of two queues that submits by got as kieq's client did up to 0.2.0, or by a lean exchange. */
export type SubjectName = 'kieq' | 'got' | 'lean';

export async function openSubject(name: SubjectName, place: SubjectPlace): Promise<Subject> {
  return name === 'kieq' ? openKieq(place, await thisTree()) : openBare(place, name);
}

/** Built workers as in production, their unread log lines included. */
export async function openKieq({ redisUrl, kieUrl, scale }: SubjectPlace, tree: Tree): Promise<Subject> {
  const env = { KIE_BASE_URL: kieUrl, KIE_UPLOAD_URL: kieUrl, KIEQ_TIME_SCALE: String(scale), ...LIMITS };
  const pool = await startProcessPool({ redisUrl, name: 'bench-pipeline', env });
  const producer = await tree.openProducer({ redis: redisUrl, prefix: pool.redis.prefix });
  const workers: AppProcess[] = [];
  return {
    redis: pool.redis.client,
    enqueue: async (count) => {
      for (let first = 0; first < count; first += BATCH) {
        const items = await producer.enqueueMany(requestsFrom(first, count).map((request) => ({ request })));
        for (const item of items) if (!item.ok) throw item.error;
      }
    },
    startWorker: async () => {
      const worker = await tree.startWorker(pool.env);
      workers.push(worker);
      return worker;
    },
    done: async () => (await pool.ledger.read.stateCounts()).succeeded,
    stop: async () => {
      await killAll(workers);
      await producer.close();
      await pool.stop();
    },
  };
}

async function openBare({ redisUrl, kieUrl }: SubjectPlace, exchange: 'got' | 'lean'): Promise<Subject> {
  const redis = await testRedis(redisUrl, 'bench-bare');
  const queues = openQueues(redis.client, redis.prefix);
  const workers: AppProcess[] = [];
  let enqueued = 0;
  const env = {
    REDIS_URL: redisUrl,
    KIEQ_PREFIX: redis.prefix,
    KIE_BASE_URL: kieUrl,
    KIE_API_KEY: TEST_KEY,
    EXCHANGE: exchange,
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
      for (; enqueued < count; enqueued += BATCH) {
        const jobs = requestsFrom(enqueued, count).map((request) => ({ name: request.model, data: { request } }));
        await queues.submit.addBulk(jobs.map((job) => ({ ...job, opts: { priority: 100 } })));
      }
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

function requestsFrom(first: number, end: number) {
  return Array.from({ length: Math.min(BATCH, end - first) }, (_, i) => testRequest(`number ${first + i}`));
}

async function killAll(processes: readonly AppProcess[]): Promise<void> {
  for (const one of processes) one.signal('SIGKILL');
  await Promise.all(processes.map(({ ended }) => ended));
}
