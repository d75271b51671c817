import { Worker, type Job } from 'bullmq';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { createLedger, type Ledger } from '@kieq/ledger';
import { openQueues, type Queues } from '@kieq/queue';
import { silentLogger } from '@kieq/telemetry';
import { onTestFinished } from 'vitest';
import { testRedis, type PoolFixture, type TestRedis } from '../../../packages/testkit/src/index.ts';
import { createApp, type AppOptions } from '../src/app.ts';

export interface Board {
  readonly app: FastifyInstance;
  readonly queues: Queues;
  readonly ledger: Ledger;
  readonly redis: TestRedis;
}

/** A dashboard of this pool. The caller closes it. */
export function dashboardOf(pool: PoolFixture, options: Partial<AppOptions> = {}): Promise<FastifyInstance> {
  const { queues, ledger, redis, timings } = pool;
  return createApp({
    queues,
    redis: redis.client,
    ledger,
    prefix: redis.prefix,
    logins: [],
    secrets: [],
    vehicleCheckMs: timings.vehicleCheckMs,
    adopter: undefined,
    archive: pool.archiveStore,
    logger: silentLogger(),
    ...options,
  });
}

/** A dashboard over empty queues of its own, as if listening; it ends with the test. */
export async function openBoard(redisUrl: string, options: Partial<AppOptions> = {}): Promise<Board> {
  const redis = await testRedis(redisUrl, 'dashboard');
  const { prefix } = redis;
  const queues = openQueues(redis.client, prefix);
  const ledger = createLedger({ redis: redis.client, prefix });
  const app = await createApp({
    queues,
    redis: redis.client,
    ledger,
    prefix,
    logins: [],
    secrets: [],
    vehicleCheckMs: 1000,
    adopter: undefined,
    archive: undefined,
    logger: silentLogger(),
    ...options,
  });
  onTestFinished(async () => {
    await app.close();
    await queues.close();
    await redis.cleanup();
  });
  return { app, queues, ledger, redis };
}

export type Method = NonNullable<InjectOptions['method']>;

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** What an answer sets, with its attributes. */
export function cookieOfName({ headers }: LightMyRequestResponse, name: string): string | undefined {
  return [headers['set-cookie'] ?? []].flat().find((cookie) => cookie.startsWith(`${name}=`));
}

/** Takes the next job of `submit` and hands it over with its lock. */
export async function takeJob({ queues, redis }: Board): Promise<{ job: Job; token: string }> {
  const worker = new Worker(queues.submit.name, null, {
    connection: redis.client,
    prefix: redis.prefix,
    autorun: false,
  });
  worker.on('error', () => undefined);
  onTestFinished(() => worker.close());
  const job: Job | undefined = await worker.getNextJob('lock');
  if (job === undefined) throw new Error('there is no job to take');
  return { job, token: 'lock' };
}

/** Adds a job to `submit` and lets it fail. */
export async function failedJob(board: Board, data: object, reason = new Error('failed on purpose')): Promise<Job> {
  await board.queues.submit.add('kling-2.6/image-to-video', data);
  const { job, token } = await takeJob(board);
  await job.moveToFailed(reason, token, false);
  return job;
}
