import { inspect } from 'node:util';
import { createProducer, ProducerError } from '@kieq/producer';
import { describe, inject, test } from 'vitest';
import { startTcpProxy, testRequest, until } from '../../src/index.ts';
import { charges, openPool } from './support.ts';

const { model, input } = testRequest('a cat');

type BadRequest = readonly [
  what: string,
  request: unknown,
  options: unknown,
  problem: readonly [string, RegExp, string],
];

const GOOD = testRequest('a cat');
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const other = (more: object): unknown => ({ model: 'other/model', input: more });

/** One of each kind; every rule has its test in `packages/kie` and `packages/queue`. */
const BAD_REQUESTS: readonly BadRequest[] = [
  ['no request', null, {}, ['', /object/, 'null']],
  ['a known model in capitals', { ...GOOD, model: model.toUpperCase() }, {}, ['model', /must be spelt/, '"KLING']],
  [
    'a long prompt',
    { model, input: { ...input, prompt: 'x'.repeat(1001) } },
    {},
    ['input.prompt', /most 1000/, '"xxx'],
  ],
  ['a tenant with spaces', GOOD, { tenant: 'a b' }, ['tenant', /letters/, '"a b"']],
  ['an oversize request', other({ blob: 'x'.repeat(300_000) }), {}, ['input', /262144 bytes/, '300']],
  ['an input that contains itself', other(cyclic), {}, ['input', /nested/, 'more']],
  ['a bigint', other({ seed: 1n }), {}, ['input', /JSON/, 'a value']],
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
    for (const [what, request, options, [field, rule, received]] of BAD_REQUESTS) {
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

  test('enqueueMany answers each item; one bad item does not affect the others', async (context) => {
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

  test('says which fields have no effect, with each handle and to `onWarning`', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'ignored');
    const told: string[] = [];
    const producer = await createProducer({
      redis: inject('redisUrl'),
      prefix: pool.redis.prefix,
      onWarning: ({ field }) => void told.push(field),
    });
    context.onTestFinished(() => producer.close());
    const request = { ...testRequest('ignored'), idempotencyKey: 'k', callbackUrl: 'https://example.com/hook' };
    const one = await producer.enqueue(request);
    expect(one.warnings.map(({ field }) => field)).toEqual(['idempotencyKey', 'callbackUrl']);
    const items = [{ request, priority: 1 }, { request: testRequest('fine') }, { request: { model: '', input: {} } }];
    const [stray, fine, bad] = await producer.enqueueMany(items);
    expect(stray).toMatchObject({ ok: true, handle: { warnings: [{ field: 'priority' }, {}, {}] } });
    expect(fine).toMatchObject({ ok: true, handle: { warnings: [] } });
    expect(bad).toMatchObject({ ok: false });
    expect(told).toEqual(['idempotencyKey', 'callbackUrl', 'priority', 'idempotencyKey', 'callbackUrl']);
  });

  test('createProducer refuses options that cannot be right, at once and with a typed error', async ({ expect }) => {
    const redis = inject('redisUrl');
    await expect(createProducer({ redis, prefix: 'no-tag' })).rejects.toMatchObject({
      name: 'ProducerError',
      code: 'invalid_options',
      message: expect.stringMatching(/hash tag.*no-tag/),
    });
    await expect(createProducer({ redis: 'http://:hunter2@x' })).rejects.toMatchObject({
      name: 'ProducerError',
      code: 'invalid_options',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  test('enqueueMany answers items that are no requests at all, each for itself', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'items');
    const items: unknown[] = [{ request: testRequest('good') }, null, 7, {}];
    const answers: readonly { readonly ok: boolean }[] = await Reflect.apply(pool.producer.enqueueMany, undefined, [
      items,
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false, false]);
    await expect(Reflect.apply(pool.producer.enqueueMany, undefined, ['text'])).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  // @guarantee G1
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

  // @guarantee G7
  test('fails fast with a typed error where Redis is unavailable, and shows no password', async ({ expect }) => {
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
      // Read as "not enqueued", it would be repeated and paid twice.
      const rule =
        name === 'enqueue' ? /may be enqueued: .* same idempotency key; without one, search/ : /may have been executed/;
      expect.soft(error, name).toMatchObject({ message: expect.stringMatching(rule) });
    }
    expect(performance.now() - started).toBeLessThan(8000);
  });
});
