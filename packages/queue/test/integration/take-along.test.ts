import { randomBytes } from 'node:crypto';
import { closeConnection, createConnection, type RedisClient } from '@kieq/redis';
import { silentLogger } from '@kieq/telemetry';
import type { Job } from 'bullmq';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { openQueues, type Queues } from '../../src/jobs/catalogue.ts';
import type { JobEnd } from '../../src/loop/job-end.ts';
import { TakeLoop, type Peek, type Taken, type TakeLoopOptions } from '../../src/loop/take-loop.ts';
import { TolerantWorker } from '../../src/loop/tolerant-worker.ts';

let redis: RedisClient;
let queues: Queues;
let prefix: string;
let loop: TakeLoop;
beforeEach(() => {
  prefix = `{kieq-test-along-${randomBytes(4).toString('hex')}}`;
  redis = createConnection({ url: inject('redisUrl'), role: 'worker' });
  queues = openQueues(redis, prefix);
});
afterEach(async () => {
  await loop.stop();
  await queues.submit.obliterate({ force: true });
  await queues.close();
  await closeConnection(redis);
});

type More = Pick<TakeLoopOptions, 'take'> & Partial<TakeLoopOptions>;

function makeLoop(more: More): TakeLoop {
  return new TakeLoop({
    queue: 'submit',
    redis,
    prefix,
    concurrency: 1,
    // Whatever is held by nobody stays held for the whole test.
    lockMs: 60_000,
    peek: () => Promise.resolve({ slots: 1000 }),
    logger: silentLogger(),
    ...more,
  });
}

async function startLoop(more: More): Promise<void> {
  loop = makeLoop(more);
  await loop.start();
}

async function addAll(...names: string[]): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const name of names) jobs.push(await queues.submit.add(name, { some: name }, { priority: 100 }));
  return jobs;
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `job ${i}`);
const done: JobEnd = { kind: 'complete', result: 'done' };
const often = { interval: 10, timeout: 5000 };
const allEnded = (count: number) =>
  expect.poll(() => queues.submit.getJobCounts('completed'), often).toEqual({ completed: count });

/** A promise that a test resolves. */
class Door {
  open = (): void => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** Counts the ends that take the next job along; a test may stand in their way. */
class Watched extends TolerantWorker {
  along = 0;

  constructor() {
    super('submit', null, { connection: redis, prefix, autorun: false, lockDuration: 60_000 });
  }

  override async completeAndTake(job: Job, token: string, result: string): Promise<Job | undefined> {
    this.along += 1;
    return this.step(() => super.completeAndTake(job, token, result));
  }

  step(end: () => Promise<Job | undefined>): Promise<Job | undefined> {
    return end();
  }
}

describe('the question whether there is a place', () => {
  test('is not asked again while the last reply told of one', async () => {
    await addAll(...numbered(20));
    let peeks = 0;
    await startLoop({
      peek: () => {
        peeks += 1;
        return Promise.resolve({ slots: 1 });
      },
      take: () => Promise.resolve({ work: () => Promise.resolve(done), slots: 5 }),
    });
    await allEnded(20);
    // More than one only where this machine was busy with something else for 100 ms.
    expect(peeks).toBeLessThan(10);
  });

  // @guarantee G5
  test.each<[string, Peek, (job: Job) => Taken]>([
    ['there was none left', { slots: 9 }, () => ({ work: () => Promise.resolve(done), slots: 0 })],
    ['nobody told how many are left, and there was one', { slots: 1 }, () => ({ work: () => Promise.resolve(done) })],
    ['it told something else', { slots: 9 }, () => ({ end: done })],
  ])('is asked before each job where %s', async (_what, peek, taken) => {
    await addAll(...numbered(5));
    const steps: string[] = [];
    await startLoop({
      peek: () => {
        steps.push('peek');
        return Promise.resolve(peek);
      },
      take: (job) => {
        steps.push('take');
        return Promise.resolve(taken(job));
      },
    });
    await allEnded(5);
    expect(steps.slice(0, 10)).toEqual(Array.from({ length: 5 }, () => ['peek', 'take']).flat());
  });
});

describe('an end takes the next job along', () => {
  test('so that a backlog costs one step of the queue per job', async () => {
    const worker = new Watched();
    await addAll(...numbered(20));
    await startLoop({
      openWorker: () => worker,
      take: () => Promise.resolve({ work: () => Promise.resolve(done) }),
    });
    await allEnded(20);
    // All but the first, which nobody brought; the last one finds none.
    expect(worker.along).toBe(20);
  });

  // @guarantee G5
  test('and never is more than one job taken and not admitted, also when several end at once', async () => {
    const worker = new Watched();
    const seen = new Set<string>();
    const waiting: (() => void)[] = [];
    let heldUnseen = 0;
    await addAll(...numbered(60));
    await startLoop({
      concurrency: 6,
      openWorker: () => worker,
      async take(job) {
        seen.add(job.id ?? '');
        const held = await queues.submit.getActive();
        heldUnseen += held.filter(({ id = '' }) => !seen.has(id)).length;
        return {
          work: async () => {
            // Three at a time end in the same turn of the event loop.
            const turn = new Promise<void>((resolve) => waiting.push(resolve));
            if (waiting.length >= 3) for (const end of waiting.splice(0)) end();
            await turn;
            return done;
          },
        };
      },
    });
    await allEnded(60);
    expect([seen.size, heldUnseen]).toEqual([60, 0]);
    expect(worker.along).toBeGreaterThan(0);
  });

  test('but not while there is no place', async () => {
    const worker = new Watched();
    const [working, work] = [new Door(), new Door()];
    let seen: Peek = { slots: 1 };
    const [first, second] = await addAll('first', 'second');
    await startLoop({
      openWorker: () => worker,
      peek: () => Promise.resolve(seen),
      take: () => {
        seen = { waitMs: 60_000 };
        working.open();
        return Promise.resolve({ work: () => work.opened.then(() => done), slots: 0 });
      },
    });
    await working.opened;
    work.open();
    await expect.poll(() => first?.getState(), often).toBe('completed');
    expect([await second?.getState(), worker.along]).toEqual(['prioritized', 0]);
  });

  // @guarantee G5
  test('which is given back where it gets no place, and comes first again', async () => {
    const worker = new Watched();
    const taken: string[] = [];
    let refusals = 2;
    await addAll('first', 'second', 'third');
    await startLoop({
      openWorker: () => worker,
      take(job) {
        taken.push(job.name);
        if (job.name === 'second' && (refusals -= 1) >= 0) return Promise.resolve({ end: { kind: 'give_back' } });
        return Promise.resolve({ work: () => Promise.resolve(done) });
      },
    });
    await allEnded(3);
    expect(taken).toEqual(['first', 'second', 'second', 'second', 'third']);
    expect(worker.along).toBeGreaterThan(0);
  });

  test('which is mended where it cannot be read', async () => {
    const worker = new Watched();
    const [seen, ends] = [Array<unknown>(), Array<string>()];
    const jobs = await addAll('first', 'by hand', 'last');
    await redis.hset(queues.submit.toKey(jobs[1]?.id ?? ''), 'opts', '{');
    await startLoop({
      openWorker: () => worker,
      onEnd: (end) => ends.push(end),
      take(job) {
        seen.push([job.data, job.attemptsStarted]);
        return Promise.resolve({ work: () => Promise.resolve(done) });
      },
    });
    await allEnded(3);
    const all = ['first', 'by hand', 'last'].map((name) => [{ some: name }, 1]);
    expect(seen).toEqual(all);
    // That the second could not be read is no trouble of the first.
    await expect.poll(() => ends, often).toEqual(['complete', 'complete', 'complete']);
  });

  // @guarantee G2
  test('which is given back where the answer was lost and the end was sent again', async () => {
    const worker = new Watched();
    const taken: string[] = [];
    worker.step = async (end) => {
      if (worker.along > 1) return end();
      await end();
      return end();
    };
    await addAll('first', 'second', 'third');
    await startLoop({
      openWorker: () => worker,
      take(job) {
        taken.push(`${job.name}, start ${job.attemptsStarted}`);
        return Promise.resolve({ work: () => Promise.resolve(done) });
      },
    });
    await allEnded(3);
    expect(taken).toEqual(['first, start 1', 'second, start 1', 'third, start 1']);
  });
});

describe('stop', () => {
  // @guarantee G8
  test('gives back what comes along meanwhile: it counts as never started, and is first again', async () => {
    const [onItsWay, answer] = [new Door(), new Door()];
    const worker = new Watched();
    worker.step = async (end) => {
      const next = await end();
      onItsWay.open();
      await answer.opened;
      return next;
    };
    const jobs = await addAll('first', 'second', 'third');
    await startLoop({
      openWorker: () => worker,
      take: () => Promise.resolve({ work: () => Promise.resolve(done) }),
    });
    await onItsWay.opened;
    expect(await jobs[1]?.getState()).toBe('active');
    const stopped = loop.stop();
    answer.open();
    await stopped;
    expect(await Promise.all(jobs.map((job) => job.getState()))).toEqual(['completed', 'prioritized', 'prioritized']);
    const taken: string[] = [];
    await startLoop({
      take(job) {
        taken.push(`${job.name}, start ${job.attemptsStarted}`);
        return Promise.resolve({ end: done });
      },
    });
    await allEnded(3);
    expect(taken).toEqual(['second, start 1', 'third, start 1']);
  });

  // @guarantee G8
  test('gives back what the loop itself has just taken: it counts as never started', async () => {
    const [onItsWay, answer] = [new Door(), new Door()];
    class Slow extends Watched {
      override async getNextJob(token: string): Promise<Job> {
        const next = await super.getNextJob(token, { block: false });
        onItsWay.open();
        await answer.opened;
        return next;
      }
    }
    const worker = new Slow();
    const [job] = await addAll('only');
    await startLoop({ openWorker: () => worker, take: () => expect.unreachable() });
    await onItsWay.opened;
    const stopped = loop.stop();
    answer.open();
    await stopped;
    expect(await job?.getState()).toBe('prioritized');
    expect(await redis.hget(queues.submit.toKey(job?.id ?? ''), 'ats')).toBe('0');
  });

  // @guarantee G8
  test('does not leave an end waiting for the loop', async () => {
    const [working, work, admitting, admit] = [new Door(), new Door(), new Door(), new Door()];
    const [first] = await addAll('first', 'second');
    await startLoop({
      concurrency: 2,
      async take(job) {
        if (job.name === 'second') {
          admitting.open();
          await admit.opened;
          return { end: done };
        }
        return {
          work: async () => {
            working.open();
            await work.opened;
            return done;
          },
        };
      },
    });
    await Promise.all([working.opened, admitting.opened]);
    const stopped = loop.stop();
    work.open();
    try {
      await expect.poll(() => first?.getState(), often).toBe('completed');
    } finally {
      admit.open();
    }
    await stopped;
  });
});

test('an end does not wait for a loop that blocks on the empty queue', async () => {
  const [working, work] = [new Door(), new Door()];
  const [job] = await addAll('only');
  let looks = 0;
  await startLoop({
    concurrency: 2,
    peek: () => {
      looks += 1;
      return Promise.resolve({ slots: 1 });
    },
    take: () =>
      Promise.resolve({
        work: async () => {
          working.open();
          await work.opened;
          return done;
        },
      }),
  });
  await working.opened;
  // The loop has looked again and found nothing: a few round trips later it blocks, for a second.
  await expect.poll(() => looks, { interval: 1, timeout: 5000 }).toBeGreaterThan(2);
  for (let i = 0; i < 20; i += 1) await queues.submit.getJobCounts();
  const started = performance.now();
  work.open();
  await expect.poll(() => job?.getState(), { interval: 5, timeout: 5000 }).toBe('completed');
  expect(performance.now() - started).toBeLessThan(600);
});
