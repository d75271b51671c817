import { appRoutes } from '@bull-board/api/dist/routes.js';
import { Worker, type Job } from 'bullmq';
import { createLedger } from '@kieq/ledger';
import { openQueues, type Queues } from '@kieq/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { testRedis, type TestRedis } from '../../../../packages/testkit/src/index.ts';
import { BoardRefusal, kieqQueueAdapters, type KieqQueueAdapters } from '../../src/index.ts';

interface Place {
  readonly redis: TestRedis;
  readonly queues: Queues;
  readonly board: KieqQueueAdapters;
}

const ID = 'gen_0000000001';
const SECRET = 'kie-key-0123456789abcdef';

/** A pool with a failed, a waiting and a delayed job, and a board over it. */
async function open(options: Partial<Parameters<typeof kieqQueueAdapters>[0]> = {}): Promise<Place & { failed: Job }> {
  const redis = await testRedis(inject('redisUrl'), 'bull-board');
  const { prefix } = redis;
  const queues = openQueues(redis.client, prefix);
  await createLedger({ redis: redis.client, prefix }).create({
    id: ID,
    payload: JSON.stringify({ v: 1, request: { model: 'm', input: { prompt: `a cat, ${SECRET}` } } }),
    hash: 'h',
    tenant: 'shop',
    model: 'm',
    priority: 100,
    delayMs: 0,
    vehicle: `${ID}-1`,
    vehicleCheckMs: 1000,
    callback: false,
    uploads: false,
  });
  await queues.submit.add('kling', { v: 1, generation: ID, authorization: 'hidden-by-name' });
  const worker = new Worker('submit', null, { connection: redis.client, prefix, autorun: false });
  worker.on('error', () => undefined);
  const failed: Job | undefined = await worker.getNextJob('lock');
  if (failed === undefined) throw new Error('there is no job to take');
  await failed.log(`sent with ${SECRET}`);
  await failed.moveToFailed(new Error(`Bearer eyJhbGciOi.y refused with ${SECRET}`), 'lock', false);
  await worker.close();
  await queues.submit.add('waiting', { v: 1 });
  await queues.submit.add('delayed', { v: 1 }, { delay: 3_600_000 });
  await queues['dead-letter'].add('invalid_request', { generation: ID }, { jobId: `${ID}-letter` });
  const board = await kieqQueueAdapters({ redis: redis.url, prefix, secrets: [SECRET], ...options });
  onTestFinished(async () => {
    await board.close();
    await queues.close();
    await redis.cleanup();
  });
  return { redis, queues, board, failed };
}

async function everything({ redis }: Place): Promise<string[]> {
  const keys = await redis.client.keys(`${redis.prefix}*`);
  return Promise.all(
    keys.toSorted().map(async (key) => `${key} ${(await redis.client.dumpBuffer(key))?.toString('hex')}`),
  );
}

/** Every route of the installed Bull Board. */
const ROUTES = appRoutes.api.flatMap(({ method, route, handler }) =>
  [method]
    .flat()
    .flatMap((verb) => [route].flat().map((pattern) => ({ name: `${verb.toUpperCase()} ${pattern}`, handler }))),
);
const MUTATING = ROUTES.filter(({ name }) => !name.startsWith('GET '));

/** Calls a route as a framework would. @returns its status and body; of a refusal, what Bull Board makes of it */
async function call(
  { board }: Place,
  name: string,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const route = ROUTES.find((one) => one.name === name);
  if (route === undefined) throw new Error(`Bull Board has no route ${name}`);
  const queues = new Map(board.queues.map((queue) => [queue.getName(), queue]));
  const body = {
    name: 'x',
    data: {},
    jobData: {},
    concurrency: 1,
    runAt: 1,
    priority: 1,
    max: 1,
    duration: 1,
    every: 1,
  };
  try {
    const answer = await route.handler({ queues, params, query, body, uiConfig: {}, headers: {} });
    return { status: answer.status ?? 200, body: answer.body };
  } catch (error) {
    if (!(error instanceof BoardRefusal)) throw error;
    return { status: error.statusCode, body: error.message };
  }
}

const paramsOf = (job: Job) => ({
  queueName: 'submit',
  jobId: job.id ?? '',
  queueStatus: 'failed',
  schedulerId: 'nightly',
});

it('lists the queues and shows jobs with their facts, without secrets', async () => {
  const place = await open({ pageOf: (generation) => `https://ops.example/generations/${generation}` });
  const { body } = await call(place, 'GET /api/queues', {}, { activeQueue: 'submit', page: 1, jobsPerPage: 10 });
  expect(body).toMatchObject({
    queues: ['submit', 'poll', 'archive', 'notify', 'dead-letter'].map((name) => ({
      name,
      readOnlyMode: true,
      allowRetries: false,
    })),
  });
  const job = await call(place, 'GET /api/queues/:queueName/:jobId', paramsOf(place.failed));
  expect(job.body).toMatchObject({
    status: 'failed',
    job: {
      failedReason: 'Bearer *** refused with ***',
      data: { generation: ID, state: 'queued', tenant: 'shop', authorization: '***' },
      externalUrl: { displayText: ID, href: `https://ops.example/generations/${ID}` },
    },
  });
  const logs = await call(place, 'GET /api/queues/:queueName/:jobId/logs', paramsOf(place.failed));
  expect(logs.body).toEqual(['sent with ***']);
  const flow = await call(place, 'GET /api/queues/:queueName/:jobId/flow', paramsOf(place.failed));
  expect(flow.body).toMatchObject({ flowRoot: null });
  const shown = JSON.stringify([body, job, logs, flow]);
  for (const secret of [SECRET, 'eyJhbGciOi', 'hidden-by-name']) expect(shown).not.toContain(secret);
});

it('changes nothing by being opened and read', async () => {
  const place = await open();
  const before = await everything(place);
  const second = await kieqQueueAdapters({ redis: place.redis.url, prefix: place.redis.prefix });
  onTestFinished(() => second.close());
  for (const { name } of ROUTES.filter((route) => route.name.startsWith('GET ')))
    await call({ ...place, board: second }, name, paramsOf(place.failed), {
      activeQueue: 'submit',
      page: 1,
      jobsPerPage: 10,
      metric: 'failed',
    });
  expect(await everything(place)).toEqual(before);
});

it('changes nothing by any route of Bull Board, unless it is allowed to', async () => {
  const place = await open();
  await place.queues.submit.upsertJobScheduler('nightly', { every: 86_400_000 }, { name: 'x' });
  const before = await everything(place);
  expect(MUTATING.length).toBeGreaterThan(15);
  for (const { name } of MUTATING) {
    const { status } = await call(place, name, paramsOf(place.failed));
    // These pause and resume each queue that is not read only: none here.
    const isForAll = name === 'PUT /api/queues/pause' || name === 'PUT /api/queues/resume';
    expect([name, status]).toEqual([name, isForAll ? 200 : 405]);
  }
  expect(await everything(place)).toEqual(before);
});

it('allowed to retry, promote and pause, it does this and nothing else', async () => {
  const place = await open({ allow: ['retry', 'promote', 'pause'] });
  await place.queues.submit.upsertJobScheduler('nightly', { every: 86_400_000 }, { name: 'x' });
  const before = await everything(place);
  const allowed = /\/(retry|promote|pause|resume)(\/:queueStatus)?$/;
  const refused = MUTATING.filter(({ name }) => !allowed.test(name));
  expect(refused.length).toBeGreaterThan(10);
  for (const { name } of refused) {
    const { status } = await call(place, name, paramsOf(place.failed));
    expect([name, status >= 400]).toEqual([name, true]);
  }
  expect(await everything(place)).toEqual(before);
  await call(place, 'PUT /api/queues/:queueName/:jobId/retry', paramsOf(place.failed));
  expect(await place.failed.getState()).toBe('waiting');
  await call(place, 'PUT /api/queues/:queueName/pause', paramsOf(place.failed));
  expect(await place.queues.submit.isPaused()).toBe(true);
  const letter = { ...paramsOf(place.failed), queueName: 'dead-letter', jobId: `${ID}-letter` };
  expect((await call(place, 'PUT /api/queues/:queueName/:jobId/retry', letter)).status).toBe(405);
});

it('refuses jobs and queues that code takes from an adapter too', async () => {
  const { board, failed } = await open({ allow: ['promote'] });
  const job = await board.queues[0]?.getJob(failed.id ?? '');
  await expect(job?.remove()).rejects.toThrow(BoardRefusal);
  await expect(job?.retry('failed')).rejects.toThrow(/kieq/);
  await expect(board.queues[0]?.obliterate()).rejects.toThrow(BoardRefusal);
});

it('refuses an address and a prefix that cannot be those of a pool', async () => {
  await expect(kieqQueueAdapters({ redis: 'http://x' })).rejects.toThrow(/redis/);
  await expect(kieqQueueAdapters({ redis: 'redis://127.0.0.1:1', prefix: 'plain' })).rejects.toThrow(RangeError);
});

it('writes nothing into a pool that has no queues yet', async () => {
  const redis = await testRedis(inject('redisUrl'), 'bull-board-empty');
  const board = await kieqQueueAdapters({ redis: redis.url, prefix: redis.prefix });
  onTestFinished(async () => {
    await board.close();
    await redis.cleanup();
  });
  for (const queue of board.queues) expect(await queue.getJobs(['waiting', 'delayed'])).toEqual([]);
  expect(await redis.client.keys(`${redis.prefix}*`)).toEqual([]);
});
