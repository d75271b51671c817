import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startTcpProxy } from '../../../../packages/testkit/src/tcp-proxy.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

const RECORD = '/api/v1/jobs/recordInfo?taskId=x';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'rate-limit', workers: 0 });
});
afterAll(() => pool.stop());

async function statuses(gateway: GatewayFixture, key: string, times: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i += 1) found.push((await gateway.ask(RECORD, { key })).status);
  return found;
}

test('more than the limit is 429 in the envelope of the API, counted per key over all gateways', async () => {
  const one = await startGateway({ pool, keys: KEYS, rateLimitPerMinute: 3 });
  const other = await startGateway({ pool, keys: KEYS, rateLimitPerMinute: 3 });
  expect(await statuses(one, 'key-of-a', 2)).toEqual([422, 422]);
  expect(await statuses(other, 'key-of-a', 2)).toEqual([422, 429]);
  const kie = await one.ask(RECORD, { key: 'key-of-a' });
  expect([kie.status, kie.body]).toEqual([429, { code: 429, msg: expect.stringContaining('More than 3'), data: null }]);
  const native = await one.ask('/v1/status', { key: 'key-of-a' });
  expect([native.status, native.body.error.code]).toEqual([429, 'rate_limited']);
  const retryAfter = Number(native.headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect(await statuses(one, 'key-of-b', 1)).toEqual([422]);
  for (let i = 0; i < 5; i += 1) expect((await one.ask('/healthz')).status).toBe(200);
  const [counter, ...more] = await pool.redis.client.keys(`${pool.redis.prefix.replace(/[[\]]/g, '?')}:gateway:rate:*`);
  expect(more).toHaveLength(1);
  expect(counter).not.toContain('key-of');
});

test('it is off by default', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  expect(new Set(await statuses(gateway, 'key-of-a', 10))).toEqual(new Set([422]));
});

test('it refuses nothing while Redis is away', async () => {
  const { hostname: host, port } = new URL(inject('redisUrl'));
  const proxy = await startTcpProxy({ host, port: Number(port) });
  const redisUrl = `redis://127.0.0.1:${proxy.port}`;
  const gateway = await startGateway({ pool, keys: KEYS, rateLimitPerMinute: 1, redisUrl });
  await proxy.close();
  for (let i = 0; i < 3; i += 1) expect((await gateway.ask('/metrics', { key: 'key-of-op' })).status).toBe(200);
  expect(await statuses(gateway, 'key-of-op', 1)).toEqual([503]);
});
