import { randomBytes } from 'node:crypto';
import { closeConnection, createConnection, type RedisClient } from '@kieq/redis';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { openQueues, type Queues } from '../../src/jobs/catalogue.ts';
import { TolerantWorker } from '../../src/loop/tolerant-worker.ts';

let redis: RedisClient;
let queues: Queues;
let worker: TolerantWorker;
beforeEach(async () => {
  const prefix = `{kieq-test-rest-${randomBytes(4).toString('hex')}}`;
  redis = createConnection({ url: inject('redisUrl'), role: 'worker' });
  queues = openQueues(redis, prefix);
  worker = new TolerantWorker('poll', null, { connection: redis, prefix, autorun: false });
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
  // From now on it blocks on its queue, which is empty.
  await worker.getNextJob('a token', { block: false });
});
afterEach(async () => {
  await worker.close(true);
  await queues.poll.obliterate({ force: true });
  await queues.close();
  await closeConnection(redis);
});

const add = (delay: number) => queues.poll.add('poll', {}, { delay });

test('a wake-up by a job that is due later is followed by a short rest', async () => {
  const asked = worker.getNextJob('a token').then((job) => ({ job, at: performance.now() }));
  await add(60_000);
  const addedAt = performance.now();
  const { job, at } = await asked;
  expect(job).toBeUndefined();
  // The wake-up may be here before the answer to `add`; the rest is ten times as long as that takes.
  expect(at - addedAt).toBeGreaterThan(2);
});

test('a job that can be taken is taken', async () => {
  const asked = worker.getNextJob('a token');
  await add(0);
  expect(await asked).toMatchObject({ name: 'poll' });
});
