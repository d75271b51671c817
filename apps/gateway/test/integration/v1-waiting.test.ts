import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

const PATH = '/v1/generations';

let busy: PoolFixture;
let idle: PoolFixture;
beforeAll(async () => {
  busy = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-waiting' });
  idle = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-waiting-idle', workers: 0 });
});
afterAll(() => Promise.all([busy.stop(), idle.stop()]));

/** Resolves when this many responses wait. */
async function waitingResponses({ ask }: GatewayFixture, count: number): Promise<void> {
  const shown = async (): Promise<number> => {
    const { body } = await ask('/metrics', { key: KEYS[2].key });
    return Number(/^kieq_gateway_waiting_responses (\d+)$/m.exec(String(body))?.[1]);
  };
  await until(shown, (now) => now === count, 20_000, 20);
}

describe('POST /v1/generations?wait', () => {
  test('answers with the generation when it has ended', async () => {
    const { ask } = await startGateway({ pool: busy });
    const answer = await ask(`${PATH}?wait=50`, { body: testRequest('one request for a video') });

    expect(answer).toMatchObject({
      status: 201,
      body: { created: true, generation: { state: 'succeeded', resultUrls: [expect.stringContaining('http')] } },
    });
    expect(answer.body.generation.id).toBe(answer.body.id);
  });

  test('answers at once for one that has ended before, by its key', async () => {
    const { ask } = await startGateway({ pool: busy });
    const call = { body: { ...testRequest('made before'), idempotencyKey: 'waiting-1' } };
    await ask(`${PATH}?wait=50`, call);

    expect(await ask(`${PATH}?wait=50`, call)).toMatchObject({
      status: 200,
      body: { created: false, generation: { state: 'succeeded' } },
    });
  });

  test('says that the generation exists where no further response may wait', async () => {
    const gateway = await startGateway({ pool: idle, keys: KEYS, limits: { connections: 16 } });
    const { key } = KEYS[0];
    const holding = [1, 2, 3, 4].map((n) =>
      gateway.ask(`${PATH}?wait=2`, { body: testRequest(`holds slot ${n}`), key }),
    );
    await waitingResponses(gateway, 4);
    const second = await gateway.ask(`${PATH}?wait=3`, { body: testRequest('has no slot'), key });

    expect(second).toMatchObject({ status: 201, body: { created: true, state: 'queued' } });
    expect(second.body).not.toHaveProperty('generation');
    for (const { body } of await Promise.all(holding)) expect(body.generation).toMatchObject({ state: 'queued' });
  });
});

describe('GET /v1/generations/:id?wait', () => {
  test('answers when the generation ends, in whatever way', async () => {
    const gateway = await startGateway({ pool: idle, keys: KEYS });
    const [id = ''] = await idle.enqueue('cancelled meanwhile');
    const answer = gateway.ask(`${PATH}/${id}?wait=50`, { key: KEYS[2].key });
    await waitingResponses(gateway, 1);
    await idle.producer.get(id).cancel();

    expect(await answer).toMatchObject({ status: 200, body: { id, state: 'cancelled' } });
    await waitingResponses(gateway, 0);
  });

  test('answers with the state of now when the time is over', async () => {
    const { ask } = await startGateway({ pool: idle });
    const [id = ''] = await idle.enqueue('stays queued');
    const answer = await ask(`${PATH}/${id}?wait=0.2`);

    expect(answer).toMatchObject({ status: 200, body: { state: 'queued' } });
    expect(answer.body).not.toHaveProperty('endedAt');
  });

  test('answers at once when the gateway stops', async () => {
    const gateway = await startGateway({ pool: idle, keys: KEYS });
    const [id = ''] = await idle.enqueue('outlives the gateway');
    const answer = gateway.ask(`${PATH}/${id}?wait=50`, { key: KEYS[2].key });
    await waitingResponses(gateway, 1);
    gateway.stop();

    expect(await answer).toMatchObject({ status: 200, body: { state: 'queued' } });
  });

  test('stops waiting when the client is gone', async () => {
    const gateway = await startGateway({ pool: idle, keys: KEYS });
    const [id = ''] = await idle.enqueue('its client leaves');
    const leave = new AbortController();
    const answer = gateway.ask(`${PATH}/${id}?wait=50`, { key: KEYS[2].key, signal: leave.signal });
    await waitingResponses(gateway, 1);
    leave.abort();

    await expect(answer).rejects.toThrow();
    await waitingResponses(gateway, 0);
  });

  test('hides generations of other tenants, and refuses to wait longer than a minute', async () => {
    const { ask } = await startGateway({ pool: idle, keys: KEYS });
    const [id = ''] = await idle.enqueue('of the default tenant');
    expect(await ask(`${PATH}/${id}?wait=50`, { key: KEYS[0].key })).toMatchObject({ status: 404 });
    expect(await ask(`${PATH}/${id}?wait=61`, { key: KEYS[2].key })).toMatchObject({
      status: 422,
      body: { error: { problems: [{ field: 'wait' }] } },
    });
  });

  test('refuses one key with too many waiting responses, and serves another', async () => {
    const gateway = await startGateway({ pool: idle, keys: KEYS, limits: { connections: 8 } });
    const [id = ''] = await idle.enqueue('many wait for it');
    const key = KEYS[2].key;
    const waiting = [0, 1].map(() => gateway.ask(`${PATH}/${id}?wait=3`, { key }));
    await waitingResponses(gateway, 2);

    expect(await gateway.ask(`${PATH}/${id}?wait=3`, { key })).toMatchObject({
      status: 429,
      body: { error: { code: 'rate_limited', message: expect.stringContaining('2 waiting responses') } },
    });
    await idle.producer.get(id).cancel();
    for (const answer of await Promise.all(waiting)) expect(answer.body.state).toBe('cancelled');
  });
});

test('a thousand waiting responses share one reader of events', async () => {
  const gateway = await startGateway({ pool: idle, keys: KEYS });
  const { key } = KEYS[2];
  const ids = await idle.enqueue(...Array.from({ length: 10 }, (_, i) => `crowd ${i}`));
  const before = await readers(idle);
  const answers = Array.from({ length: 1000 }, (_, i) => gateway.ask(`${PATH}/${ids[i % 10] ?? ''}?wait=50`, { key }));
  await waitingResponses(gateway, 1000);
  const during = await readers(idle);
  for (const id of ids) await idle.producer.get(id).cancel();

  for (const { body } of await Promise.all(answers)) expect(body.state).toBe('cancelled');
  expect(during - before).toBe(1);
});

/** Connections that wait for events of a pool. */
async function readers({ redis }: PoolFixture): Promise<number> {
  return String(await redis.client.client('LIST'))
    .split('\n')
    .filter((line) => line.includes('cmd=xread')).length;
}
