import { jobGenerationId } from '@kieq/domain';
import { Queue } from 'bullmq';
import { describe, inject, test } from 'vitest';
import { testRequest, until, type PoolFixture } from '../../src/index.ts';
import { charges, inState, one, openPool, posts, redrive } from './support.ts';

const { model } = testRequest('a cat');

/** A plain BullMQ client, as another language would have one. */
function plainQueue({ onTestFinished }: Parameters<typeof openPool>[0], pool: PoolFixture, name = 'submit'): Queue {
  const { hostname: host, port } = new URL(inject('redisUrl'));
  const queue = new Queue(name, { connection: { host, port: Number(port) }, prefix: pool.redis.prefix });
  onTestFinished(() => queue.close());
  return queue;
}

const raw = (prompt: string, more: object = {}): object => ({ v: 1, request: testRequest(prompt), ...more });

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
}

const GARBAGE: Readonly<Record<string, unknown>> = {
  null: null,
  number: 42,
  string: 'make me a video',
  boolean: false,
  array: [raw('in an array')],
  empty: {},
  'no version': { request: testRequest('x') },
  'newer version': { v: 2, request: testRequest('x') },
  'no request': { v: 1 },
  'request of another kind': { v: 1, request: 'x' },
  'invalid input': { v: 1, request: { model, input: { prompt: 'x' } } },
  'invalid option': raw('x', { priority: 'high' }),
  'foreign generation id': raw('x', { generation: 'job-17' }),
  'generation id as a key': raw('x', { generation: '__proto__' }),
  deep: { v: 1, request: { model: 'other/model', input: { deep: nested(2000) } } },
  'deep all over': nested(2000),
  huge: { v: 1, request: { model: 'other/model', input: { blob: 'x'.repeat(2_000_000) } } },
};

describe.concurrent('jobs of other BullMQ clients', () => {
  // @guarantee G2
  test('with a valid payload become generations; their own ids and keys are honoured', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw');
    const queue = plainQueue(context, pool);
    const plain = await queue.add('any name', raw('plain'));
    await queue.add('x', raw('own id', { metadata: { order: '7' } }), { jobId: 'my-own-id', priority: 5 });
    await queue.add('x', raw('keyed', { idempotencyKey: 'k', tenant: 'acme' }));
    await queue.add('x', raw('keyed', { idempotencyKey: 'k', tenant: 'acme' }));
    await queue.add('x', raw('named', { generation: 'gen_0123456789' }));
    await inState(pool, 'succeeded', 4);
    expect(charges(pool)).toEqual({ plain: 1, 'own id': 1, keyed: 1, named: 1 });
    const plainView = await pool.producer.get(jobGenerationId('default', plain.id ?? '', plain.timestamp)).status();
    expect(plainView).toMatchObject({ state: 'succeeded', model, tenant: 'default' });
    expect((await pool.producer.get('gen_0123456789').status()).state).toBe('succeeded');
    // The producer's key is the same key.
    expect((await pool.producer.enqueue(testRequest('keyed'), { idempotencyKey: 'k', tenant: 'acme' })).created).toBe(
      false,
    );
  });

  test('a delay in the payload alone is a delay', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw');
    const job = await plainQueue(context, pool).add('x', raw('later', { delayMs: 400 }));
    await inState(pool, 'succeeded', 1);
    expect((posts(pool, 'later')[0]?.arrivedAtMs ?? 0) - job.timestamp).toBeGreaterThanOrEqual(400);
  });

  test('a key used for another request opens the dead letter invalid_request, and the first generation is untouched', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw');
    const first = await pool.producer.enqueue(testRequest('first'), { idempotencyKey: 'k' });
    await first.result({ timeoutMs: 10_000 });
    const job = await plainQueue(context, pool).add('x', raw('second', { idempotencyKey: 'k' }));
    await inState(pool, 'dead', 1);
    const deadLetter = await pool.ledger.read.generation(jobGenerationId('unreadable', job.id ?? '', job.timestamp));
    expect(deadLetter?.deadLetter).toMatchObject({
      class: 'invalid_request',
      evidence: { summary: expect.stringContaining('idempotencyKey') },
    });
    expect((await first.status()).state).toBe('succeeded');
    expect(charges(pool)).toEqual({ first: 1 });
  });

  // @guarantee G2
  test('garbage of every kind is dead-lettered, cannot be redriven, and the worker goes on', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw', { workers: 0 });
    const queue = plainQueue(context, pool);
    const jobs = [];
    for (const [name, data] of Object.entries(GARBAGE)) jobs.push(await queue.add(name, data));
    // No JavaScript client can write this, since its own JSON.stringify would overflow.
    const deepest = await queue.add('deepest', {});
    jobs.push(deepest);
    await pool.redis.client.hset(queue.toKey(deepest.id ?? ''), 'data', '['.repeat(100_000) + ']'.repeat(100_000));
    // Python's json.dumps writes NaN.
    const notJson = await queue.add('not JSON', {});
    jobs.push(notJson);
    await pool.redis.client.hset(queue.toKey(notJson.id ?? ''), 'data', '{"v":1,"request":NaN}');
    await pool.addWorker();
    await until(
      () => pool.ledger.read.deadLetterCounts(),
      (deadLetters) => deadLetters.invalid_request === jobs.length,
    );
    for (const job of jobs) {
      const id = jobGenerationId('unreadable', job.id ?? '', job.timestamp);
      const record = await pool.ledger.read.generation(id);
      expect.soft(record, job.name).toMatchObject({
        state: 'dead',
        attempts: [],
        deadLetter: { evidence: { summary: expect.stringMatching(/, received /) } },
      });
      expect.soft(await redrive(pool, id), job.name).toMatchObject({ kind: 'not_possible' });
      expect.soft(await queue.getJobState(job.id ?? ''), job.name).toBe('failed');
    }
    await pool.recordWhen(await one(pool, 'good'), ({ state }) => state === 'succeeded');
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);
    // The mirror for dashboards shows them all.
    await until(
      () => pool.queues['dead-letter'].getJobCounts('waiting'),
      ({ waiting }) => waiting === jobs.length,
    );
  });

  test('poll jobs by hand do nothing: foreign, queued, ended and unknown generations, and garbage', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw', { simulator: { generation: { kind: 'fixed', ms: 800 } } });
    const queue = plainQueue(context, pool, 'poll');
    const resultOf = async (data: object): Promise<unknown> => {
      const { id = '' } = await queue.add('by hand', data, { removeOnComplete: false });
      const done = await until(
        () => queue.getJob(id),
        ({ finishedOn }) => finishedOn !== undefined,
      );
      return done.failedReason ?? done.returnvalue;
    };
    const running = await one(pool, 'running');
    await pool.recordWhen(running, ({ state }) => state === 'generating');
    expect(await resultOf({ v: 1, generation: running })).toBe('nothing to poll: generating');
    expect(await resultOf({ v: 1, generation: 'gen_0000000000' })).toBe('the record no longer exists');
    expect(await resultOf({ poll: 'this' })).toContain('not a poll job');
    await pool.ledger.gates.pause('keep one queued');
    const queued = await one(pool, 'queued');
    expect(await resultOf({ v: 1, generation: queued })).toBe('nothing to poll: queued');
    expect(await pool.ledger.read.generation(queued)).toMatchObject({ state: 'queued', polls: 0 });
    const done = await pool.recordWhen(running, ({ state }) => state === 'succeeded');
    expect(await resultOf({ v: 1, generation: running })).toBe('nothing to poll: succeeded');
    expect(await pool.ledger.read.generation(running)).toEqual(done);
  });

  // @guarantee G1
  test('submit jobs by hand for generating, ended and dead generations do nothing: no second charge', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw', {
      simulator: { generation: { kind: 'fixed', ms: 2000 } },
      settings: { unknownWindowMs: 100 },
    });
    pool.simulator.script([
      { on: 'createTask', when: { prompt: 'dead' }, fault: { kind: 'cutAfter' } },
      { on: 'task', when: { prompt: 'ended' }, fault: { kind: 'duration', ms: 0 } },
    ]);
    const ids = await pool.enqueue('dead', 'ended', 'generating');
    const wanted = ['dead', 'succeeded', 'generating'];
    await Promise.all(ids.map((id, i) => pool.recordWhen(id, ({ state }) => state === wanted[i])));
    const queue = plainQueue(context, pool);
    const first = await Promise.all(ids.map((id) => queue.getJob(`${id}-1`)));
    const jobs = await Promise.all([
      ...ids.map((generation) => queue.add('named', { v: 1, generation })),
      ...first.map((job) => queue.add('the whole payload again', job?.data)),
    ]);
    for (const job of jobs)
      await until(
        () => queue.getJobState(job.id ?? ''),
        (state) => state === 'completed' || state === 'failed',
      );
    await pool.recordWhen(ids[2] ?? '', ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ dead: 1, ended: 1, generating: 1 });
    expect(pool.simulator.ledger.submissions()).toHaveLength(3);
    expect((await pool.ledger.read.generation(ids[0] ?? ''))?.state).toBe('dead');
    expect((await pool.ledger.read.deadLetterCounts()).invalid_request).toBe(0);
  });

  // @guarantee G1
  test('a job that was started before and has no record is never submitted again, unless a person pays again', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw', { timings: { retryBaseMs: 3000, retryCapMs: 3000 } });
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'code', code: 500, msg: 'Server exception' } }]);
    const { id } = await pool.producer.enqueue(testRequest('forgotten'), { priority: 7, deadlineMs: 3_600_000 });
    await pool.recordWhen(id, ({ state, serverErrors }) => state === 'queued' && serverErrors === 1);
    await pool.redis.client.unlink(`${pool.ledger.root}gen:${id}`);
    const dead = await pool.recordWhen(id, ({ deadLetter }) => deadLetter?.class === 'record_missing');
    expect(dead.attempts).toEqual([]);
    // What its caller chose is still in its job.
    expect(dead.priority).toBe(7);
    expect(posts(pool, 'forgotten')).toHaveLength(1);
    expect(await redrive(pool, id)).toMatchObject({
      kind: 'not_possible',
      reason: expect.stringContaining('pay-again'),
    });
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'resumed', state: 'queued' });
    const { deadlineAt = 0, queuedAt = 0 } = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(deadlineAt - queuedAt).toBe(3_600_000);
    expect(charges(pool)).toEqual({ forgotten: 1 });
  });
});
