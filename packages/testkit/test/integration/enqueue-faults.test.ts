import { keyedGenerationId } from '@kieq/domain';
import { createProducer, ProducerError, type Enqueued, type Producer } from '@kieq/producer';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callRedis, startPool, testRequest, until, type PoolFixture } from '../../src/index.ts';
import { charges } from './support.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

// A server of our own: what is done to it would hit every test.
const server = await privateRedis();

/** The generation of the prompt, which is its key. */
const WANTED = keyedGenerationId('default', 'wanted');

const on = (...command: [string, ...(string | number)[]]): Promise<unknown> =>
  callRedis(server, (call) => call(...command));

async function openPool(): Promise<PoolFixture> {
  const pool = await startPool({ redisUrl: server.url, name: 'faults', workers: 0, timings: { sweepMs: 20 } });
  onTestFinished(() => pool.stop());
  // Scripts are known to the server from here on, as in any pool that works.
  await pool.enqueue('first');
  return pool;
}

type Put = (producer: Producer, prompt: string) => Promise<Enqueued>;

/** Both ways to put the generation of a prompt into the queue; the prompt is its key. */
const WAYS: readonly (readonly [string, Put])[] = [
  ['enqueue', (producer, prompt) => producer.enqueue(testRequest(prompt), { idempotencyKey: prompt })],
  [
    'enqueueMany',
    async (producer, prompt) => {
      const items = [{ request: testRequest(prompt), options: { idempotencyKey: prompt } }];
      const [item] = await producer.enqueueMany(items);
      if (item?.ok !== true) throw item?.error ?? new Error('no answer');
      return item.handle;
    },
  ],
];

/** A producer that met READONLY asks its address again, and says that Redis is away until it is back. */
function onceBack(call: () => Promise<Enqueued>): Promise<Enqueued> {
  const away = (error: unknown): undefined => {
    if (!(error instanceof ProducerError && error.code === 'redis_unavailable')) throw error;
  };
  return until(
    () => call().catch(away),
    () => true,
  );
}

/** How many generations are queued, and how many jobs are there for them. */
async function queued({ ledger, queues }: PoolFixture): Promise<{ records: number; jobs: number }> {
  return {
    records: (await ledger.read.stateCounts()).queued,
    jobs: await queues.submit.getJobCountByTypes('prioritized'),
  };
}

/** Starts a worker: everything succeeds, and is paid once; nothing else was paid. */
async function allPaidOnce(pool: PoolFixture, ...handles: readonly Enqueued[]): Promise<void> {
  await pool.addWorker();
  for (const handle of handles)
    expect(await handle.result({ timeoutMs: 10_000 })).toMatchObject({ state: 'succeeded' });
  await expect.poll(() => queued(pool)).toEqual({ records: 0, jobs: 0 });
  expect(charges(pool)).toEqual({ first: 1, wanted: 1 });
  expect(await pool.ledger.read.deadLetterCounts()).toMatchObject({ invalid_request: 0, record_missing: 0 });
}

describe.each(WAYS)('%s', (_way, put) => {
  // @guarantee G2
  test('goes through where Redis has forgotten its scripts', async () => {
    const pool = await openPool();
    await on('SCRIPT', 'FLUSH');
    const handle = await put(pool.producer, 'wanted');
    expect(handle.created).toBe(true);
    expect(await queued(pool)).toEqual({ records: 2, jobs: 2 });
    await allPaidOnce(pool, handle);
  });

  // @guarantee G2
  test.each([
    ['out of memory', () => on('CONFIG', 'SET', 'maxmemory', '1'), () => on('CONFIG', 'SET', 'maxmemory', '0')],
    ['a replica', () => on('REPLICAOF', '127.0.0.1', 1), () => on('REPLICAOF', 'NO', 'ONE')],
  ])(
    'says that Redis is %s: there is neither record nor job, and a repetition is paid once',
    async (_what, harm, mend) => {
      const pool = await openPool();
      await harm();
      onTestFinished(async () => void (await mend()));
      await expect(put(pool.producer, 'wanted')).rejects.toMatchObject({ code: 'redis_refused' });
      await mend();
      expect(await queued(pool)).toEqual({ records: 1, jobs: 1 });
      const again = await onceBack(() => put(pool.producer, 'wanted'));
      expect(again.created).toBe(true);
      await allPaidOnce(pool, again);
    },
  );

  // @guarantee G1
  test.each([
    // The sweeper finds that its job is missing.
    ['job', 'ledger:*', { records: 2, jobs: 1 }],
    // The job brings its request along.
    ['record', 'submit:*', { records: 1, jobs: 2 }],
  ])(
    'says that Redis refuses the %s only: what is there goes on, and a repetition pays nothing',
    async (_what, allowed, left) => {
      const pool = await openPool();
      const { hostname, port } = new URL(server.url);
      const user = 'enqueuer';
      await on('ACL', 'SETUSER', user, 'reset', 'on', '>secret', '+@all', 'allkeys', 'allchannels');
      const redis = `redis://${user}:secret@${hostname}:${port}`;
      const producer = await createProducer({ redis, prefix: pool.redis.prefix });
      onTestFinished(() => producer.close());
      await on('ACL', 'SETUSER', user, 'resetkeys', `~${pool.redis.prefix}:${allowed}`);
      await expect(put(producer, 'wanted')).rejects.toMatchObject({ code: 'redis_refused' });
      expect(await queued(pool)).toEqual(left);
      // The sweeper checks now what it would check in two minutes.
      if (left.records === 2) await pool.redis.client.zadd(`${pool.ledger.root}watch`, 1, WANTED);
      await pool.addWorker();
      await expect.poll(() => charges(pool), { timeout: 10_000 }).toEqual({ first: 1, wanted: 1 });
      const again = await put(pool.producer, 'wanted');
      expect(again.created).toBe(false);
      await allPaidOnce(pool, again);
    },
  );

  // @guarantee G2
  test('reports a conflict: the job that came with it carries the first request, should its own be lost', async () => {
    const pool = await openPool();
    const wanted = await pool.producer.enqueue(testRequest('wanted'), { idempotencyKey: 'other' });
    await pool.queues.submit.remove(`${wanted.id}-1`);
    await expect(put(pool.producer, 'other')).rejects.toMatchObject({ code: 'idempotency_conflict' });
    await allPaidOnce(pool, wanted);
  });
});
