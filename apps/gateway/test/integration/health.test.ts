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

test('counts responses by pattern and creates by outcome', async () => {
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

test('reports whether workers run, which its own readiness does not depend on', async () => {
  const own = await startPool({ redisUrl: inject('redisUrl'), name: 'health-workers', workers: 0 });
  try {
    const { ask } = await startGateway({ pool: own });
    await own.enqueue('waits');
    const nobody = String((await ask('/metrics')).body);
    for (const line of [
      'kieq_workers{version="0.3.0"} 0',
      'kieq_worker_seen_seconds Nan',
      'kieq_generations_waiting 1',
    ])
      expect(nobody).toContain(line);
    expect((await ask('/readyz')).status).toBe(200);

    await own.ledger.sweep({ worker: 'of-0.2.0', leaseMs: 60_000, limit: 1, vehicleCheckMs: 1 });
    await until(
      async () => String((await ask('/metrics')).body),
      (body) => body.includes('kieq_workers{version="earlier"} 1'),
    );
    await own.redis.client.del(`${own.ledger.root}sweeper`);
    await own.addWorker();
    const somebody = await until(
      async () => String((await ask('/metrics')).body),
      (body) => body.includes('kieq_workers{version="0.3.0"} 1'),
    );
    expect(somebody).not.toContain('version="earlier"');
    expect(somebody).toContain('kieq_worker_seen_seconds 0');
  } finally {
    await own.stop();
  }
});
