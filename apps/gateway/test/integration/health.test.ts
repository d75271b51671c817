import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { startGateway } from '../support.ts';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'health', workers: 0 });
});
afterAll(() => pool.stop());

test('lives and is ready; when it stops it is no longer ready, and still lives', async () => {
  const gateway = await startGateway({ pool });
  expect((await gateway.ask('/healthz')).body).toEqual({ status: 'ok', checks: [{ name: 'process', ok: true }] });
  const ready = await gateway.ask('/readyz');
  expect([ready.status, ready.body.status]).toEqual([200, 'ok']);
  gateway.stop();
  const stopping = await gateway.ask('/readyz');
  expect([stopping.status, stopping.body]).toEqual([
    503,
    {
      status: 'failing',
      checks: [
        { name: 'accepting requests', ok: false },
        { name: 'redis', ok: true },
      ],
    },
  ]);
  expect((await gateway.ask('/healthz')).status).toBe(200);
  // Kept alive, a connection would hold up the end.
  expect(stopping.headers.get('connection')).toBe('close');
});

test('counts answers by pattern and creates by outcome', async () => {
  const gateway = await startGateway({ pool });
  const url = '/api/v1/jobs/createTask';
  const headers = { 'idempotency-key': 'counted' };
  await gateway.ask(url, { body: testRequest('x'), headers });
  await gateway.ask(url, { body: testRequest('x'), headers });
  await gateway.ask(url, { body: testRequest('y'), headers });
  await gateway.ask(url, { body: {} });
  await gateway.ask('/no/such/address');
  const expected = [
    'kieq_gateway_creates_total{api="kie",outcome="created"} 1',
    'kieq_gateway_creates_total{api="kie",outcome="exists"} 1',
    'kieq_gateway_creates_total{api="kie",outcome="conflict"} 1',
    'kieq_gateway_creates_total{api="kie",outcome="invalid"} 1',
    'kieq_gateway_requests_total{route="/api/v1/jobs/createTask",status="200"} 2',
    'kieq_gateway_requests_total{route="/api/v1/jobs/createTask",status="422"} 2',
    'kieq_gateway_requests_total{route="unknown",status="404"} 1',
    'kieq_gateway_request_seconds_count{route="/api/v1/jobs/createTask"} 4',
  ];
  const text = await until(
    async () => String((await gateway.ask('/metrics')).body),
    (body) => expected.every((line) => body.includes(line)),
  );
  expect(text).not.toContain('/no/such/address');
});
