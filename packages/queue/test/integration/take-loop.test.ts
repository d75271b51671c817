import { randomBytes } from 'node:crypto';
import { closeConnection, createConnection, type RedisClient } from '@kieq/redis';
import { silentLogger } from '@kieq/telemetry';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { openQueues, type Queues } from '../../src/jobs/catalogue.ts';
import type { JobEnd } from '../../src/loop/job-end.ts';
import { TakeLoop, type Peek, type TakeLoopOptions } from '../../src/loop/take-loop.ts';

let redis: RedisClient;
let queues: Queues;
let prefix: string;
let loop: TakeLoop;
beforeEach(() => {
  prefix = `{kieq-test-loop-${randomBytes(4).toString('hex')}}`;
  redis = createConnection({ url: inject('redisUrl'), role: 'worker' });
  queues = openQueues(redis, prefix);
});
afterEach(async () => {
  await loop.stop();
  await queues.submit.obliterate({ force: true });
  await queues.close();
  await closeConnection(redis);
});

function shared() {
  return {
    queue: 'submit',
    redis,
    prefix,
    concurrency: 5,
    lockMs: 2000,
    peek: () => Promise.resolve({ slots: 1000 }),
    logger: silentLogger(),
  } as const;
}

async function startLoop(more: Pick<TakeLoopOptions, 'take'> & Partial<TakeLoopOptions>): Promise<void> {
  loop = new TakeLoop({ ...shared(), ...more });
  await loop.start();
}

const add = (name: string, priority = 100) => queues.submit.add(name, {}, { priority });
const done: JobEnd = { kind: 'complete', result: 'done' };
const often = { interval: 10, timeout: 5000 };

/** A promise that a test resolves. */
class Door {
  open = (): void => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

describe('stop', () => {
  // @guarantee G8
  test('waits for a job that is just being admitted, and for its work', async () => {
    const [admitting, admit, working, work] = [new Door(), new Door(), new Door(), new Door()];
    await startLoop({
      async take() {
        admitting.open();
        await admit.opened;
        return {
          work: async () => {
            working.open();
            await work.opened;
            return done;
          },
        };
      },
    });
    const job = await add('in between');
    await admitting.opened;
    let isStopped = false;
    const stopped = loop.stop().then(() => {
      isStopped = true;
    });
    admit.open();
    await working.opened;
    await queues.submit.getJobCounts();
    expect(isStopped).toBe(false);
    expect(loop.activeCount).toBe(1);
    work.open();
    await stopped;
    expect(await job.getState()).toBe('completed');
  });

  // @guarantee G8
  test('wakes a loop that waits on an empty queue', async () => {
    await startLoop({ take: () => Promise.resolve({ end: done }) });
    const started = performance.now();
    await loop.stop();
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('taking', () => {
  test('nothing while there is no place, and everything in order when there is', async () => {
    let seen: Peek = { waitMs: 10 };
    const taken: string[] = [];
    await startLoop({
      peek: () => Promise.resolve(seen),
      take(job) {
        taken.push(job.name);
        return Promise.resolve({ end: done });
      },
    });
    for (const [name, priority] of [
      ['c', 100],
      ['d', 100],
      ['b', 2],
      ['a', 1],
    ] as const)
      await add(name, priority);
    await expect.poll(() => queues.submit.getJobCounts('prioritized'), often).toEqual({ prioritized: 4 });
    expect(taken).toEqual([]);
    seen = { slots: 1000 };
    await expect.poll(() => taken, often).toEqual(['a', 'b', 'c', 'd']);
  });

  // @guarantee G5
  test('never more at once than its concurrency; a job given back comes first again', async () => {
    const taken: string[] = [];
    let most = 0;
    let refusals = 3;
    await startLoop({
      concurrency: 2,
      take(job) {
        taken.push(job.name);
        if (job.name === 'first' && refusals > 0) {
          refusals -= 1;
          return Promise.resolve({ end: { kind: 'give_back' } });
        }
        return Promise.resolve({
          work: async () => {
            most = Math.max(most, loop.activeCount);
            await queues.submit.getJobCounts();
            return done;
          },
        });
      },
    });
    for (const name of ['first', 'second', 'third', 'fourth']) await add(name);
    await expect.poll(() => queues.submit.getJobCounts('completed'), often).toEqual({ completed: 4 });
    expect(taken).toEqual(['first', 'first', 'first', 'first', 'second', 'third', 'fourth']);
    expect(most).toBeLessThanOrEqual(2);
  });

  // @guarantee G2
  test('a job given back wakes another worker that waits on the empty queue', async ({ onTestFinished }) => {
    const [taken, giveBack] = [new Door(), new Door()];
    let seen: Peek = { slots: 1 };
    await startLoop({
      peek: () => Promise.resolve(seen),
      take: () => {
        // From now on this worker has no place; the job can only go to the other.
        seen = { waitMs: 60_000 };
        taken.open();
        return Promise.resolve({ work: () => giveBack.opened.then((): JobEnd => ({ kind: 'give_back' })) });
      },
    });
    const job = await add('passed on');
    await taken.opened;
    let looks = 0;
    const peek = (): Promise<Peek> => {
      looks += 1;
      return Promise.resolve({ slots: 1 });
    };
    const other = new TakeLoop({ ...shared(), peek, take: () => Promise.resolve({ end: done }) });
    onTestFinished(() => other.stop());
    onTestFinished(() => giveBack.open());
    await other.start();
    await expect.poll(() => looks, often).toBeGreaterThan(0);
    // It has looked; a few round trips later it is blocked.
    for (let i = 0; i < 20; i += 1) await queues.submit.getJobCounts();
    const started = performance.now();
    giveBack.open();
    await expect.poll(() => job.getState(), often).toBe('completed');
    // Its blocking call would time out after five seconds.
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test('a job whose wake-up went to a frozen worker is soon taken by another one', async ({ onTestFinished }) => {
    // As a frozen worker does, it blocks first, and never acts on what it is told.
    const frozen = createConnection({ url: inject('redisUrl'), role: 'blocking' });
    onTestFinished(() => closeConnection(frozen));
    const swallowed = frozen.bzpopmin(`${prefix}:submit:marker`, 30);
    await expect.poll(async () => await redis.info('clients'), often).toMatch(/blocked_clients:[1-9]/);
    await startLoop({ take: () => Promise.resolve({ end: done }) });
    for (let i = 0; i < 20; i += 1) await queues.submit.getJobCounts();
    const started = performance.now();
    const job = await add('unannounced');
    await swallowed;
    await expect.poll(() => job.getState(), often).toBe('completed');
    // BullMQ alone would block for five seconds.
    expect(performance.now() - started).toBeLessThan(4000);
  });

  // @guarantee G2
  test.each(['take', 'work'])('an exception in %s fails that job visibly, and the loop goes on', async (where) => {
    const ends: string[] = [];
    await startLoop({
      onEnd: (end) => ends.push(end),
      take(job) {
        const isBad = job.name === 'bad';
        if (isBad && where === 'take') throw new Error('a defect');
        return Promise.resolve({ work: () => (isBad ? Promise.reject(new Error('a defect')) : Promise.resolve(done)) });
      },
    });
    const bad = await add('bad');
    const good = await add('good');
    await expect.poll(() => good.getState(), often).toBe('completed');
    await expect.poll(() => bad.getState(), often).toBe('failed');
    expect((await queues.submit.getJob(bad.id ?? ''))?.failedReason).toBe('a defect');
    expect(ends.toSorted()).toEqual(['complete', 'fail']);
  });

  test('work that takes longer than the lock keeps its job', async () => {
    const work = new Door();
    let takes = 0;
    await startLoop({
      lockMs: 150,
      take: () => {
        takes += 1;
        return Promise.resolve({ work: () => work.opened.then(() => done) });
      },
    });
    const job = await add('long');
    const started = performance.now();
    await expect.poll(() => performance.now() - started, often).toBeGreaterThan(600);
    work.open();
    await expect.poll(() => job.getState(), often).toBe('completed');
    expect(takes).toBe(1);
  });
});

describe('a job that somebody wrote by hand ends as any other', () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  test.each<[string, object, Record<string, string>]>([
    ['attempts without end', { attempts: 1e9 }, {}],
    ['a backoff that nobody knows', { attempts: 2, backoff: { type: 'nobody', delay: 1 } }, {}],
    ['options that are no JSON', {}, { opts: '{' }],
    ['progress that is no JSON', {}, { progress: 'NaN' }],
    ['a parent that is none', {}, { parent: '7' }],
    ['stacks deeper than JavaScript can write', {}, { stacktrace: deep }],
  ])('with %s', async (_what, options, fields) => {
    const job = await queues.submit.add('by hand', { some: 'data' }, options);
    if (Object.keys(fields).length > 0) await redis.hset(queues.submit.toKey(job.id ?? ''), fields);
    const seen: unknown[] = [];
    await startLoop({
      take(taken) {
        seen.push(taken.data);
        return Promise.resolve({ end: { kind: 'fail', reason: 'refused' } });
      },
    });
    await expect.poll(() => queues.submit.getJobState(job.id ?? ''), often).toBe('failed');
    expect(seen).toEqual([{ some: 'data' }]);
  });
});
