import { inspect } from 'node:util';
import { jobGenerationId } from '@kieq/domain';
import { createProducer, ProducerError } from '@kieq/producer';
import { submitJobJsonSchema } from '@kieq/queue';
import { Queue } from 'bullmq';
import { describe, inject, test } from 'vitest';
import { startTcpProxy, testRequest, until, type PoolFixture } from '../../src/index.ts';
import { charges, inState, one, openPool, posts, redrive } from './support.ts';

const { model, input } = testRequest('a cat');

interface BadRequest {
  readonly what: string;
  readonly request?: unknown;
  readonly options?: unknown;
  readonly field: string;
  readonly rule: RegExp;
  readonly received: string;
}

const withInput = (change: object): unknown => ({ model, input: { ...input, ...change } });
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

const BAD_REQUESTS: readonly BadRequest[] = [
  { what: 'no request', request: null, field: '', rule: /object/, received: 'null' },
  { what: 'no model', request: { input }, field: 'model', rule: /string/, received: 'undefined' },
  { what: 'an empty model', request: { model: '', input }, field: 'model', rule: /empty/, received: '""' },
  { what: 'no input', request: { model }, field: 'input', rule: /object/, received: 'undefined' },
  {
    what: 'no prompt',
    request: withInput({ prompt: undefined }),
    field: 'input.prompt',
    rule: /string/,
    received: 'undefined',
  },
  { what: 'an empty prompt', request: withInput({ prompt: '' }), field: 'input.prompt', rule: /empty/, received: '""' },
  {
    what: 'a long prompt',
    request: withInput({ prompt: 'x'.repeat(1001) }),
    field: 'input.prompt',
    rule: /at most 1000/,
    received: '"xxx',
  },
  {
    what: 'no images',
    request: withInput({ image_urls: [] }),
    field: 'input.image_urls',
    rule: /at least one/,
    received: '[]',
  },
  {
    what: 'one image as text',
    request: withInput({ image_urls: 'https://x.example/a.png' }),
    field: 'input.image_urls',
    rule: /array/,
    received: '"https://x.example/a.png"',
  },
  {
    what: 'an image that is no URL',
    request: withInput({ image_urls: ['https://x.example/a.png', 'a.png'] }),
    field: 'input.image_urls[1]',
    rule: /URL/,
    received: '"a.png"',
  },
  {
    what: 'a file URL',
    request: withInput({ image_urls: ['file:///etc/passwd'] }),
    field: 'input.image_urls[0]',
    rule: /http/,
    received: '"file:///etc/passwd"',
  },
  {
    what: 'no sound',
    request: withInput({ sound: undefined }),
    field: 'input.sound',
    rule: /boolean/,
    received: 'undefined',
  },
  {
    what: 'sound as text',
    request: withInput({ sound: 'true' }),
    field: 'input.sound',
    rule: /boolean/,
    received: '"true"',
  },
  {
    what: 'duration as a number',
    request: withInput({ duration: 5 }),
    field: 'input.duration',
    rule: /"5"/,
    received: '5',
  },
  {
    what: 'a duration that is not offered',
    request: withInput({ duration: '7' }),
    field: 'input.duration',
    rule: /"5"/,
    received: '"7"',
  },
  { what: 'a tenant with spaces', options: { tenant: 'a b' }, field: 'tenant', rule: /letters/, received: '"a b"' },
  { what: 'priority 0', options: { priority: 0 }, field: 'priority', rule: />=1/, received: '0' },
  { what: 'priority 1001', options: { priority: 1001 }, field: 'priority', rule: /<=1000/, received: '1001' },
  { what: 'a fractional priority', options: { priority: 1.5 }, field: 'priority', rule: /int/, received: '1.5' },
  { what: 'a negative delay', options: { delayMs: -1 }, field: 'delayMs', rule: />=0/, received: '-1' },
  {
    what: 'a delay beyond a week',
    options: { delayMs: 7 * 86_400_000 + 1 },
    field: 'delayMs',
    rule: /<=604800000/,
    received: '604800001',
  },
  { what: 'no time at all', options: { deadlineMs: 0 }, field: 'deadlineMs', rule: />=1/, received: '0' },
  {
    what: 'metadata that is not text',
    options: { metadata: { order: 7 } },
    field: 'metadata.order',
    rule: /string/,
    received: '7',
  },
  {
    what: 'long metadata',
    options: { metadata: { note: 'x'.repeat(1001) } },
    field: 'metadata.note',
    rule: /1000/,
    received: '"xxx',
  },
  {
    what: 'much metadata',
    options: { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) },
    field: 'metadata',
    rule: /50 entries/,
    received: '{"k0"',
  },
  {
    what: 'a callback without http',
    options: { callBackUrl: 'ftp://x.example' },
    field: 'callBackUrl',
    rule: /http/,
    received: '"ftp://x.example"',
  },
  {
    what: 'an empty idempotency key',
    options: { idempotencyKey: '' },
    field: 'idempotencyKey',
    rule: />=1/,
    received: '""',
  },
  {
    what: 'an oversize request',
    request: { model: 'other/model', input: { blob: 'x'.repeat(300_000) } },
    field: 'input',
    rule: /262144 bytes/,
    received: '300',
  },
  {
    what: 'an input that contains itself',
    request: { model: 'other/model', input: cyclic },
    field: 'input',
    rule: /nested/,
    received: 'more',
  },
  {
    what: 'a bigint',
    request: { model: 'other/model', input: { seed: 1n } },
    field: 'input',
    rule: /JSON/,
    received: 'a value',
  },
];

/** The producer as a caller without types sees it. */
interface UntypedProducer {
  enqueue(request: unknown, options?: unknown): Promise<unknown>;
}

describe.concurrent('the producer', () => {
  test('refuses what breaks a rule: field, rule and what was received, all problems together', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'doors', { workers: 0 });
    const caller: UntypedProducer = pool.producer;
    for (const { what, request = testRequest('a cat'), options = {}, field, rule, received } of BAD_REQUESTS) {
      const error = await caller.enqueue(request, options).catch((caught: unknown) => caught);
      expect.soft(error, what).toBeInstanceOf(ProducerError);
      expect.soft(error, what).toMatchObject({
        code: 'invalid_request',
        problems: [{ field, rule: expect.stringMatching(rule), received: expect.stringContaining(received) }],
      });
    }
    const both = await pool.producer
      .enqueue({ model, input: { ...input, sound: 1, duration: 5 } }, { priority: 0 })
      .catch((error: unknown) => error);
    expect(both).toMatchObject({
      problems: [{ field: 'input.sound' }, { field: 'input.duration' }, { field: 'priority' }],
    });
    expect(await pool.ledger.read.stateCounts()).toMatchObject({ queued: 0, dead: 0 });
    expect(await pool.queues.submit.getJobCounts('prioritized', 'waiting', 'delayed')).toEqual({
      prioritized: 0,
      waiting: 0,
      delayed: 0,
    });
  });

  test('enqueueMany answers each item; one bad item holds up nobody', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'doors', { workers: 0 });
    const items = [
      { request: testRequest('a') },
      { request: { model, input: {} } },
      { request: testRequest('b'), options: { priority: 0 } },
      { request: testRequest('c') },
    ];
    const answers = await pool.producer.enqueueMany(items);
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false, true]);
    expect(await pool.producer.enqueueMany([])).toEqual([]);
    expect((await pool.ledger.read.stateCounts()).queued).toBe(2);
  });

  test('an idempotency key makes one generation, also when it has ended; another request is a conflict; tenants are apart', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'doors');
    const key = { idempotencyKey: 'order-7' };
    const [first, second] = await Promise.all([
      pool.producer.enqueue(testRequest('keyed'), key),
      pool.producer.enqueue(testRequest('keyed'), { ...key, priority: 1 }),
    ]);
    expect(second?.id).toBe(first?.id);
    expect(new Set([first?.created, second?.created])).toEqual(new Set([false, true]));
    await expect(pool.producer.enqueue(testRequest('other'), key)).rejects.toMatchObject({
      code: 'idempotency_conflict',
      message: expect.stringContaining(first?.id ?? ''),
    });
    await first?.result({ timeoutMs: 10_000 });
    const ended = await pool.producer.enqueue(testRequest('keyed'), key);
    expect(ended).toMatchObject({ id: first?.id, created: false });
    expect((await ended.status()).state).toBe('succeeded');
    const elsewhere = await pool.producer.enqueue(testRequest('other'), { ...key, tenant: 'acme' });
    expect(elsewhere.id).not.toBe(first?.id);
    expect((await elsewhere.result({ timeoutMs: 10_000 })).tenant).toBe('acme');
    expect(charges(pool)).toEqual({ keyed: 1, other: 1 });
  });

  test('the same key of a dead generation gives the dead one back, and pays nothing', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'doors', { settings: { unknownWindowMs: 100 } });
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'cutAfter' } }]);
    const first = await pool.producer.enqueue(testRequest('keyed'), { idempotencyKey: 'k' });
    expect((await first.result({ timeoutMs: 10_000 })).deadLetter?.class).toBe('payment_unknown');
    await (await pool.queues.submit.getJob(`${first.id}-1`))?.remove();
    const again = await pool.producer.enqueue(testRequest('keyed'), { idempotencyKey: 'k' });
    expect(again).toMatchObject({ id: first.id, created: false });
    // The new job for the old id is taken and ends without acting.
    await until(
      () => pool.queues.submit.getJobState(`${first.id}-1`),
      (state) => state === 'failed',
    );
    expect(charges(pool)).toEqual({ keyed: 1 });
  });

  test('fails fast with a typed error where Redis is away, and tells no password', async ({ expect }) => {
    const started = performance.now();
    const error: unknown = await createProducer({ redis: 'redis://:sesame-open@127.0.0.1:1' }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ name: 'ProducerError', code: 'redis_unavailable' });
    expect(inspect(error, { depth: 10 })).not.toContain('sesame');
    expect(performance.now() - started).toBeLessThan(8000);
  });

  test('fails fast when Redis goes away: enqueue, status, result and cancel', async (context) => {
    const { expect, onTestFinished } = context;
    const pool = await openPool(context, 'doors', { workers: 0 });
    const { hostname, port } = new URL(inject('redisUrl'));
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    const producer = await createProducer({ redis: `redis://127.0.0.1:${proxy.port}`, prefix: pool.redis.prefix });
    onTestFinished(() => producer.close());
    const handle = await producer.enqueue(testRequest('cut off'));
    await proxy.close();
    const calls = {
      enqueue: () => producer.enqueue(testRequest('late')),
      status: () => handle.status(),
      result: () => handle.result({ timeoutMs: 60_000 }),
      cancel: () => handle.cancel(),
    };
    const started = performance.now();
    for (const [name, call] of Object.entries(calls)) {
      const error: unknown = await call().catch((caught: unknown) => caught);
      expect.soft(error, name).toMatchObject({ name: 'ProducerError', code: 'redis_unavailable' });
    }
    expect(performance.now() - started).toBeLessThan(8000);
  });
});

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

  test('a key used for another request is an invalid_request letter, and the first generation is untouched', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw');
    const first = await pool.producer.enqueue(testRequest('first'), { idempotencyKey: 'k' });
    await first.result({ timeoutMs: 10_000 });
    const job = await plainQueue(context, pool).add('x', raw('second', { idempotencyKey: 'k' }));
    await inState(pool, 'dead', 1);
    const letter = await pool.ledger.read.generation(jobGenerationId('unreadable', job.id ?? '', job.timestamp));
    expect(letter?.letter).toMatchObject({
      class: 'invalid_request',
      evidence: { summary: expect.stringContaining('idempotencyKey') },
    });
    expect((await first.status()).state).toBe('succeeded');
    expect(charges(pool)).toEqual({ first: 1 });
  });

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
      () => pool.ledger.read.letterCounts(),
      (letters) => letters.invalid_request === jobs.length,
    );
    for (const job of jobs) {
      const id = jobGenerationId('unreadable', job.id ?? '', job.timestamp);
      const record = await pool.ledger.read.generation(id);
      expect.soft(record, job.name).toMatchObject({
        state: 'dead',
        attempts: [],
        letter: { evidence: { summary: expect.stringMatching(/, received /) } },
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
    expect(await resultOf({ v: 1, generation: 'gen_0000000000' })).toBe('the record is gone');
    expect(await resultOf({ poll: 'this' })).toContain('not a poll job');
    await pool.ledger.gates.pause('keep one queued');
    const queued = await one(pool, 'queued');
    expect(await resultOf({ v: 1, generation: queued })).toBe('nothing to poll: queued');
    expect(await pool.ledger.read.generation(queued)).toMatchObject({ state: 'queued', polls: 0 });
    const done = await pool.recordWhen(running, ({ state }) => state === 'succeeded');
    expect(await resultOf({ v: 1, generation: running })).toBe('nothing to poll: succeeded');
    expect(await pool.ledger.read.generation(running)).toEqual(done);
  });

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
    expect((await pool.ledger.read.letterCounts()).invalid_request).toBe(0);
  });

  test('a job that was started before and has no record is never submitted again, unless a person pays again', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw', { timings: { retryBaseMs: 3000, retryCapMs: 3000 } });
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'code', code: 500, msg: 'Server exception' } }]);
    const id = await one(pool, 'forgotten');
    await pool.recordWhen(id, ({ state, serverErrors }) => state === 'queued' && serverErrors === 1);
    await pool.redis.client.unlink(`${pool.ledger.root}gen:${id}`);
    const dead = await pool.recordWhen(id, ({ letter }) => letter?.class === 'record_missing');
    expect(dead.attempts).toEqual([]);
    expect(posts(pool, 'forgotten')).toHaveLength(1);
    expect(await redrive(pool, id)).toMatchObject({
      kind: 'not_possible',
      reason: expect.stringContaining('pay-again'),
    });
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'resumed', state: 'queued' });
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ forgotten: 1 });
  });

  test('a job that only names a generation without a record is a letter without a way back', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'raw');
    await plainQueue(context, pool).add('x', { v: 1, generation: 'gen_0000000000' });
    await pool.recordWhen('gen_0000000000', ({ letter }) => letter?.class === 'record_missing');
    expect(await redrive(pool, 'gen_0000000000', { payAgain: true })).toMatchObject({
      kind: 'not_possible',
      reason: expect.stringContaining('payload'),
    });
    expect(pool.simulator.ledger.submissions()).toEqual([]);
  });
});

test('the JSON Schema of the payload names every field with its limits', ({ expect }) => {
  const schema = submitJobJsonSchema();
  expect(schema).toMatchObject({
    $schema: expect.stringContaining('json-schema.org'),
    type: 'object',
    required: ['v'],
    properties: {
      v: { const: 1 },
      generation: { type: 'string', pattern: expect.stringContaining('gen_') },
      request: { type: 'object', required: ['model', 'input'] },
      idempotencyKey: { type: 'string', minLength: 1, maxLength: 255 },
      tenant: { type: 'string', default: 'default', pattern: expect.any(String) },
      priority: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
      delayMs: { type: 'integer', minimum: 0, maximum: 604_800_000, default: 0 },
      deadlineMs: { type: 'integer', minimum: 1 },
      callBackUrl: { type: 'string', maxLength: 2000 },
      metadata: { type: 'object', additionalProperties: { type: 'string', maxLength: 1000 } },
    },
  });
});
