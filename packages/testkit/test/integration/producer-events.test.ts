import type { GenerationEvent } from '@kieq/producer';
import { createProducer } from '@kieq/producer';
import { describe, inject, test } from 'vitest';
import { startTcpProxy, testRequest } from '../../src/index.ts';
import { charges, inState, openPool } from './support.ts';

async function collect(events: AsyncGenerator<GenerationEvent>): Promise<GenerationEvent[]> {
  const seen: GenerationEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

describe.concurrent('events that are resumed', () => {
  test('come from behind the one that was seen last, and then go on', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'resume');
    await pool.ledger.gates.pause('test');
    const handle = await pool.producer.enqueue(testRequest('watched'));
    const live = handle.events();
    await live.next();
    await pool.ledger.gates.open('paused');
    const all = await collect(live);
    expect(all.map(({ event }) => event)).toEqual(['admitted', 'accepted', 'verdict']);

    const [first, second, third] = all;
    expect(await collect(handle.events({ after: first?.id ?? '' }))).toEqual([second, third]);
    expect(await collect(handle.events({ after: third?.id ?? '' }))).toEqual([]);
    expect((await collect(handle.events({ after: '0-0' }))).map(({ event }) => event)).toEqual([
      'created',
      'admitted',
      'accepted',
      'verdict',
    ]);
  });

  test('while it is still under way: nothing is lost between what was missed and what comes', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'resume');
    await pool.ledger.gates.pause('test');
    const handle = await pool.producer.enqueue(testRequest('watched'));
    const resumed = handle.events({ after: '0-0' });
    expect((await resumed.next()).value).toMatchObject({ event: 'created', state: 'queued' });
    await pool.ledger.gates.open('paused');
    expect((await collect(resumed)).map(({ event }) => event)).toEqual(['admitted', 'accepted', 'verdict']);
  });
});

describe.concurrent('a producer with a window for equal requests', () => {
  // @guarantee G1
  test('makes and pays one generation of them', async (context) => {
    const { expect, onTestFinished } = context;
    const pool = await openPool(context, 'dedupe');
    const producer = await createProducer({
      redis: inject('redisUrl'),
      prefix: pool.redis.prefix,
      dedupeWindowMs: 60_000,
    });
    onTestFinished(() => producer.close());
    const same = await Promise.all(Array.from({ length: 5 }, () => producer.enqueue(testRequest('same'))));
    expect(new Set(same.map(({ id }) => id)).size).toBe(1);
    expect(same.filter(({ created }) => created)).toHaveLength(1);
    const others = await producer.enqueueMany([
      { request: testRequest('same') },
      { request: testRequest('other') },
      { request: testRequest('same'), options: { idempotencyKey: 'k' } },
      { request: testRequest('same'), options: { tenant: 'else' } },
    ]);
    const handles = others.map((item) => (item.ok ? item.handle : undefined));
    expect(handles.map((handle) => handle?.created)).toEqual([false, true, true, true]);
    expect(handles[0]?.id).toBe(same[0]?.id);
    for (const handle of handles) await handle?.result({ timeoutMs: 10_000 });
    // "same" for the first tenant, by its key, and for the other tenant; "other" once.
    expect(pool.simulator.ledger.charges()).toHaveLength(4);
  });

  test('gives a generation its job although the answer to its creation was lost', async (context) => {
    const { expect, onTestFinished } = context;
    const pool = await openPool(context, 'dedupe', { workers: 0 });
    const target = new URL(inject('redisUrl'));
    const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
    onTestFinished(() => proxy.close());
    target.port = String(proxy.port);
    const { prefix } = pool.redis;
    const producer = await createProducer({ redis: target.href, prefix, dedupeWindowMs: 60_000 });
    onTestFinished(() => producer.close());
    // From now on Redis knows the script, so that the held answer is that of the creation itself.
    await producer.enqueue(testRequest('warm up'));
    proxy.holdAnswersTo('unanswered');
    const unanswered = producer.enqueue(testRequest('unanswered'));
    await inState(pool, 'queued', 2);
    proxy.cut();
    proxy.flow();
    // The client connects again and sends the creation again: it is found made.
    const { id, created } = await unanswered;
    expect(created).toBe(false);
    const job = await pool.queues.submit.getJob((await pool.ledger.read.generation(id))?.vehicle ?? '');
    expect(job?.data).toMatchObject({ request: testRequest('unanswered') });
    await pool.addWorker();
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ 'warm up': 1, unanswered: 1 });
  });

  test('refuses a window that is none', async ({ expect }) => {
    await expect(createProducer({ redis: inject('redisUrl'), dedupeWindowMs: -1 })).rejects.toMatchObject({
      code: 'invalid_options',
    });
  });
});
