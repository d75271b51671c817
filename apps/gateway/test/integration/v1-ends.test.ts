import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startReceiver } from '../../../../packages/testkit/src/receiver.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { KEYS, startGateway, type GatewayFixture, type GatewayFixtureOptions } from '../support.ts';
import { openEvents, type Block, type EventClient } from '../v1-event-client.ts';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-ends', workers: 0 });
});
afterAll(() => pool.stop());

const QUICK = { endStreamPauseMs: 10 };

function gatewayOf(options: Partial<GatewayFixtureOptions> = {}): Promise<GatewayFixture> {
  return startGateway({ pool, ...options, limits: { ...QUICK, ...options.limits } });
}

async function queued(tenant = 'default'): Promise<string> {
  return (await pool.producer.enqueue(testRequest('ends'), { delayMs: 3_600_000, tenant })).id;
}

async function cancelled(tenant?: string): Promise<string> {
  const id = await queued(tenant);
  await pool.ledger.cancel(id);
  return id;
}

/** An open stream that has its position: what ends from here on is told. */
async function listening({ url }: GatewayFixture, query = '', headers: Record<string, string> = {}) {
  const client = await openEvents(`${url}/v1/events${query}`, headers);
  onTestFinished(() => client.hangUp());
  await client.when((blocks) => blocks.some(({ id }) => id !== undefined));
  return client;
}

const told = ({ blocks }: EventClient): Block[] => blocks.filter(({ event }) => event !== undefined);
const ids = (client: EventClient): (string | undefined)[] => told(client).map(({ data }) => data?.generation);
const toldAll = (client: EventClient, count: number): Promise<unknown> =>
  client.when(() => told(client).length >= count);
const lastId = ({ blocks }: EventClient): string => blocks.findLast(({ id }) => id !== undefined)?.id ?? '';

describe('GET /v1/events', () => {
  test('tells each end once, with the id and body of its delivery, also without an address, and held ones without', async () => {
    const settings = { unknownWindowMs: 50 };
    const working = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-ends-delivered', settings });
    onTestFinished(() => working.stop());
    const receiver = await startReceiver();
    onTestFinished(() => receiver.stop());
    const gateway = await gatewayOf({ pool: working });
    const client = await listening(gateway);
    const callBackUrl = `${receiver.url}/hook`;
    const { id } = await working.producer.enqueue(testRequest('with an address'), { callBackUrl });
    const [silent] = await working.enqueue('without an address');
    await toldAll(client, 2);
    await working.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    expect(new Set(ids(client))).toEqual(new Set([id, silent]));
    const mine = told(client).find(({ data }) => data?.generation === id);
    const [delivered] = receiver.received;
    expect(mine).toMatchObject({ event: 'webhook', data: { state: 'succeeded', tenant: 'default' } });
    expect(mine?.data?.body).toBe(delivered?.text);
    expect(mine?.data?.webhookId).toBe(delivered?.headers['webhook-id']);
    // The lost response is next: `notified` is a change of an ended generation, and no further end.
    working.simulator.script([{ on: 'createTask', when: { prompt: 'lost' }, fault: { kind: 'cutAfter' } }]);
    const [held] = await working.enqueue('lost');
    await toldAll(client, 3);
    const [, , last] = told(client);
    expect(last).toMatchObject({ event: 'held', data: { generation: held, state: 'dead', class: 'payment_unknown' } });
    expect(last?.data).not.toHaveProperty('body');
  });

  test('an end that comes again after a redrive is another webhook', async () => {
    const gateway = await gatewayOf();
    const client = await listening(gateway);
    const id = await queued();
    await pool.ledger.kill({ id, class: 'refused_repeatedly', expected: 'queued', evidence: { summary: 'x' } });
    await toldAll(client, 1);
    expect((await gateway.ask(`/v1/dead-letters/${id}/redrive`, { body: {} })).status).toBe(200);
    await pool.ledger.cancel(id);
    await toldAll(client, 2);
    expect(told(client).map(({ data }) => data?.state)).toEqual(['dead', 'cancelled']);
    expect(new Set(told(client).map(({ data }) => data?.webhookId)).size).toBe(2);
  });

  // @guarantee G7
  test('a tenant is told its own ends alone; an operator all of them, or those of one tenant', async () => {
    const gateway = await gatewayOf({ keys: KEYS });
    const as = (key: string, query = '') => listening(gateway, query, { authorization: `Bearer ${key}` });
    const [a, operator, operatorOfB] = [
      await as('key-of-a'),
      await as('key-of-op'),
      await as('key-of-op', '?tenant=b'),
    ];
    const ofB = await cancelled('b');
    const ofA = await cancelled('a');
    await toldAll(operator, 2);
    await toldAll(a, 1);
    await toldAll(operatorOfB, 1);
    expect([ids(operator), ids(a), ids(operatorOfB)]).toEqual([[ofB, ofA], [ofA], [ofB]]);
    const asked = { key: 'key-of-a', headers: { accept: 'text/event-stream' } };
    expect((await gateway.ask('/v1/events?tenant=b', asked)).status).toBe(403);
    expect((await gateway.ask('/v1/events')).status).toBe(401);
  });

  test('resumes after the last event: nothing is missed, nothing is repeated', async () => {
    const gateway = await gatewayOf();
    const first = await listening(gateway);
    const seen = await cancelled();
    await toldAll(first, 1);
    first.hangUp();
    const missed = [await cancelled(), await cancelled()];
    const resumed = await listening(gateway, '?since=2020-01-01', { 'last-event-id': lastId(first) });
    await toldAll(resumed, 2);
    expect(ids(resumed)).toEqual(missed);
    expect(ids(resumed)).not.toContain(seen);
  });

  test('with since it begins in the past', async () => {
    const gateway = await gatewayOf();
    const [before] = await pool.redis.client.time();
    const id = await cancelled();
    const client = await listening(gateway, `?since=${Number(before) * 1000}`);
    await client.when(() => ids(client).includes(id));
    const later = await listening(gateway, '?since=9999999999999');
    await cancelled();
    await client.when(() => ids(client).length >= 2);
    expect(told(later)).toEqual([]);
    expect((await gateway.ask('/v1/events?since=yesterday')).status).toBe(422);
  });

  test.each([
    ['one of the future, of another pool', '9999999999999-0'],
    ['one so old that what came after it may be forgotten', '1-0'],
  ])('says that ends may be missing for %s', async (_name, lastEventId) => {
    const id = await cancelled();
    const client = await listening(await gatewayOf(), `?lastEventId=${lastEventId}`);
    await client.when((blocks) => blocks.some(({ event }) => event === 'missed'));
    const next = await cancelled();
    await client.when(() => ids(client).includes(next));
    expect(ids(client).includes(id)).toBe(lastEventId === '1-0');
  });

  test('a generation that has ended before does not end again when its webhook or its files are settled', async () => {
    const before = await cancelled();
    const client = await listening(await gatewayOf());
    for (const event of ['archived', 'archive_failed', 'notified', 'notify_failed', 'surplus']) {
      const fields = ['generation', before, 'state', 'cancelled', 'event', event, 'tenant', 'default'];
      await pool.redis.client.xadd(`${pool.ledger.root}events`, '*', ...fields);
    }
    const now = await cancelled();
    await toldAll(client, 1);
    expect(ids(client)).toEqual([now]);
  });

  test('the position moves with changes that are no ends', async () => {
    const client = await listening(await gatewayOf());
    const before = lastId(client);
    await queued();
    await client.when(() => lastId(client) !== before);
    expect(told(client)).toEqual([]);
  });

  test('is bounded per key, apart from the streams of single generations, and released at the end', async () => {
    const gateway = await gatewayOf({ keys: KEYS, limits: { endStreamsPerKey: 1, endStreams: 2 } });
    const open = (key: string) => openEvents(`${gateway.url}/v1/events`, { authorization: `Bearer ${key}` });
    const [a, b] = [await open('key-of-a'), await open('key-of-b')];
    const tooMany = await open('key-of-a');
    expect([a.status, b.status, tooMany.status]).toEqual([200, 200, 429]);
    expect(tooMany.headers['retry-after']).toBe('10');
    expect((await open('key-of-op')).status).toBe(429);
    a.hangUp();
    await until(
      async () => (await open('key-of-op')).status,
      (status) => status === 200,
    );
    gateway.stop();
    await b.ended;
  });
});
