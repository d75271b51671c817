import { closeConnection, createConnection, type RedisClient } from '@kieq/redis';
import { silentLogger } from '@kieq/telemetry';
import type { Job } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../../testkit/src/tcp-proxy.ts';
import { openQueues, type Queues } from '../../src/jobs/catalogue.ts';
import { TakeLoop, type TakeLoopOptions } from '../../src/loop/take-loop.ts';
import { TolerantWorker } from '../../src/loop/tolerant-worker.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

/** A little more than BullMQ blocks on an empty queue (5 s), or its waiting would pass for silence. */
const SILENCE_MS = 5_500;
/** After the network is back: the silence of a connection that died before, BullMQ's own watchdog, and a reconnect. */
const HEALED_WITHIN_MS = SILENCE_MS + 4_000;

const server = await privateRedis();
let proxy: TcpProxy;
/** The loop's connections go through the proxy, the test's own do not. */
let redis: RedisClient;
let direct: RedisClient;
let queues: Queues;
let loop: TakeLoop;

// A server of our own: the tests end everybody's connections.
beforeEach(async () => {
  proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
  redis = createConnection({ url: `redis://127.0.0.1:${proxy.port}`, role: 'worker', silenceMs: SILENCE_MS });
  direct = createConnection({ url: server.url, role: 'worker' });
  queues = openQueues(direct, '{kieq-lost}');
});
afterEach(async () => {
  proxy.flow();
  await loop.stop();
  await queues.submit.obliterate({ force: true });
  await queues.close();
  await Promise.all([redis, direct].map((client) => closeConnection(client)));
  await proxy.close();
});

async function startLoop(more: Partial<TakeLoopOptions> = {}): Promise<void> {
  loop = new TakeLoop({
    queue: 'submit',
    redis,
    prefix: '{kieq-lost}',
    concurrency: 5,
    lockMs: 1000,
    peek: () => redis.ping().then(() => ({ slots: 1000 })),
    take: () => Promise.resolve({ end: { kind: 'complete', result: 'done' } }),
    logger: silentLogger(),
    ...more,
  });
  await loop.start();
}

const add = (name: string) => queues.submit.add(name, {}, { priority: 100 });
const completed = () => queues.submit.getJobCounts('completed');

/** Resolves when the loop blocks on the empty queue: Redis knows a client that waits for it. */
async function untilBlocked(): Promise<void> {
  await expect
    .poll(async () => String(await direct.client('LIST')), { interval: 10, timeout: 10_000 })
    .toMatch(/cmd=bzpopmin/);
}

/** Ends every connection but the test's own. */
const killClients = () => direct.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

const settings = () => ({ connection: redis, prefix: '{kieq-lost}', autorun: false });

/** Takes a job and keeps it to itself, as a worker whose connection was never opened again. */
class Mute extends TolerantWorker {
  asked = 0;
  tell: () => void = () => undefined;
  readonly #told = new Promise<void>((resolve) => {
    this.tell = resolve;
  });

  override async getNextJob(token: string): Promise<Job> {
    const job = await super.getNextJob(token, { block: false });
    this.asked += 1;
    await this.#told;
    return job;
  }
}

describe('connections are cut', () => {
  // @guarantee G2
  test('while the loop waits on the empty queue: the next job is taken all the same', async () => {
    await startLoop();
    await untilBlocked();
    await killClients();
    const job = await add('after the cut');
    await expect.poll(() => job.getState(), { interval: 10, timeout: 5_000 }).toBe('completed');
  });

  // @guarantee G2
  test('again and again in the middle of a backlog: every job ends', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, i) => add(`job ${i}`)));
    await startLoop();
    for (let done = 0, cuts = 0; done < 100 && cuts < 10; cuts += 1) {
      const before = done;
      await killClients();
      await expect
        .poll(
          async () => {
            done = (await completed())['completed'] ?? 0;
            return done;
          },
          { interval: 2, timeout: 5_000 },
        )
        .toBeGreaterThan(before);
    }
    await expect.poll(completed, { interval: 20, timeout: 15_000 }).toEqual({ completed: 100 });
  });
});

describe('connections are half-open', () => {
  // @guarantee G2
  test('the loop gets no signal, yet it takes work again soon after the network is back', async () => {
    await startLoop();
    await untilBlocked();
    proxy.swallow();
    const job = await add('meanwhile');
    proxy.flow();
    // The connections of before stay dead: only the loop itself can find that out.
    await expect.poll(() => job.getState(), { interval: 20, timeout: HEALED_WITHIN_MS }).toBe('completed');
  });
});

describe('Redis is away', () => {
  // @guarantee G8
  test('a loop that is stopped meanwhile does not wait for its return', async () => {
    const worker = new TolerantWorker('submit', null, { connection: redis, prefix: '{kieq-lost}', autorun: false });
    let refused = 0;
    worker.on('error', () => (refused += 1));
    await startLoop({ openWorker: () => worker });
    await untilBlocked();
    await proxy.close();
    // Often enough that the next try is some time away.
    await expect.poll(() => refused, { interval: 10, timeout: 10_000 }).toBeGreaterThan(5);
    const stopped = loop.stop().then(() => 'stopped');
    expect(await Promise.race([stopped, sleep(10_000, 'waits', { ref: false })])).toBe('stopped');
    proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
  });

  test('a loop that asks meanwhile is not stuck: nothing is opened again', async () => {
    const mute = new Mute('submit', null, settings());
    let restarts = 0;
    await startLoop({
      stuckMs: 1_000,
      // It must not wait for Redis itself.
      peek: () => Promise.resolve({ slots: 1 }),
      openWorker: () => mute,
      onRestart: () => (restarts += 1),
    });
    await expect.poll(() => mute.asked, { interval: 1 }).toBe(1);
    await proxy.close();
    await expect.poll(() => redis.status, { interval: 10 }).not.toBe('ready');
    const started = performance.now();
    await expect.poll(() => performance.now() - started, { interval: 10, timeout: 10_000 }).toBeGreaterThan(2_500);
    await loop.stop();
    proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
    expect(restarts).toBe(0);
  });
});

describe('a queue that does not answer although Redis does', () => {
  // @guarantee G2
  test('is opened again, and a job that arrives late is given back', async () => {
    const [job, mute, ends] = [await add('kept back'), new Mute('submit', null, settings()), Array<string>()];
    let restarts = 0;
    await startLoop({
      lockMs: 60_000,
      stuckMs: 300,
      openWorker: () => (restarts === 0 ? mute : new TolerantWorker('submit', null, settings())),
      onRestart: () => (restarts += 1),
      onEnd: (end) => ends.push(end),
    });
    await expect.poll(() => loop.idleForMs, { interval: 10 }).toBeGreaterThan(100);
    await expect.poll(() => restarts, { interval: 10, timeout: 5_000 }).toBe(1);
    expect(await job.getState()).toBe('active');
    mute.tell();
    await expect.poll(() => job.getState(), { interval: 10, timeout: 5_000 }).toBe('completed');
    await expect.poll(() => ends).toEqual(['complete']);
  });
});
