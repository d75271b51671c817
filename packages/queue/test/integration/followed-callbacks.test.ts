import { randomBytes } from 'node:crypto';
import { closeConnection, createConnection, type RedisClient } from '@kieq/redis';
import { silentLogger } from '@kieq/telemetry';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { openQueues, type Queues } from '../../src/jobs/catalogue.ts';
import { advance, pullForwardIfCalledBack } from '../../src/poll/followed-callbacks.ts';
import { TakeLoop } from '../../src/loop/take-loop.ts';

const ID = 'gen_0123456789';
const VEHICLE = `${ID}-2`;

let redis: RedisClient;
let queues: Queues;
let prefix: string;
beforeEach(() => {
  prefix = `{kieq-test-hints-${randomBytes(4).toString('hex')}}`;
  redis = createConnection({ url: inject('redisUrl'), role: 'worker' });
  queues = openQueues(redis, prefix);
});
afterEach(async () => {
  await queues.poll.obliterate({ force: true });
  await queues.close();
  await closeConnection(redis);
});

const park = (delay: number) => queues.poll.add('poll', { v: 1, generation: ID }, { jobId: VEHICLE, delay });

/** Asks as one that has seen one callback, where the ledger has counted so many. */
function ask(counted: number): Promise<void> {
  const read = { callbacksSeen: () => Promise.resolve(counted) };
  return pullForwardIfCalledBack({ read }, queues, { id: ID, vehicle: VEHICLE, seen: 1 });
}

test('a callback since then wakes the parked job, and only since then', async () => {
  await park(60_000);
  await ask(1);
  expect(await queues.poll.getJobState(VEHICLE)).toBe('delayed');
  await ask(2);
  expect(await queues.poll.getJobState(VEHICLE)).toBe('waiting');
});

test('what was woken, taken or removed meanwhile is left alone', async () => {
  await park(60_000);
  await Promise.all([ask(2), ask(2), ask(3)]);
  expect(await queues.poll.getJobs(['wait'])).toHaveLength(1);
  await queues.poll.remove(VEHICLE);
  await expect(ask(2)).resolves.toBeUndefined();
});

/** Takes jobs, a place for one at a time, and tells which; the first ones are parked with these priorities. */
async function takenInOrder(priorities: ReadonlyMap<string, number>, before: () => Promise<void>): Promise<string[]> {
  const taken: string[] = [];
  let isOpen = true;
  const loop = new TakeLoop({
    queue: 'poll',
    redis,
    prefix,
    concurrency: 1,
    lockMs: 2000,
    peek: () => Promise.resolve(isOpen ? { slots: 1 } : { waitMs: 1 }),
    logger: silentLogger(),
    async take({ id = '' }) {
      const priority = priorities.get(id);
      const isParked = taken.includes(id);
      taken.push(id);
      if (isParked || priority === undefined) return { end: { kind: 'complete', result: '' } };
      if (taken.length === priorities.size) isOpen = false;
      return { end: { kind: 'delay', delayMs: 60_000, priority } };
    },
  });
  for (const jobId of priorities.keys()) await queues.poll.add('poll', { v: 1, generation: jobId }, { jobId });
  await loop.start();
  await expect.poll(() => taken.length, { interval: 10, timeout: 5000 }).toBe(priorities.size);
  await expect.poll(() => queues.poll.getDelayedCount(), { interval: 10, timeout: 5000 }).toBe(priorities.size);
  for (const job of await queues.poll.getDelayed()) await job.promote();
  await before();
  isOpen = true;
  await expect.poll(() => taken.length, { interval: 10, timeout: 5000 }).toBe(2 * priorities.size);
  await loop.stop();
  return taken.slice(priorities.size);
}

test('parked polls come by their rank, after those of callbacks and those that waited for too long', async () => {
  const ranks = new Map([
    ['unlikely', 3],
    ['likely', 1],
    ['old', 3],
    ['possible', 2],
    [VEHICLE, 3],
  ]);
  const order = await takenInOrder(ranks, async () => {
    await advance(queues.poll, 'old');
    await ask(2);
  });
  expect(order).toEqual([VEHICLE, 'old', 'likely', 'possible', 'unlikely']);
});

test('a job that is being parked is asked about when it sleeps already', async () => {
  let seen: string | undefined;
  const loop = new TakeLoop({
    queue: 'poll',
    redis,
    prefix,
    concurrency: 1,
    lockMs: 2000,
    peek: () => Promise.resolve({ slots: 1000 }),
    logger: silentLogger(),
    take: () =>
      Promise.resolve({
        end: {
          kind: 'delay',
          delayMs: 60_000,
          async afterwards() {
            seen = await queues.poll.getJobState(VEHICLE);
          },
        },
      }),
  });
  await loop.start();
  await park(0);
  await expect.poll(() => seen, { interval: 10, timeout: 5000 }).toBe('delayed');
  await loop.stop();
});
