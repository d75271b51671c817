import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway, type AskOptions, type GatewayFixture } from '../support.ts';

const CREATE = '/api/v1/jobs/createTask';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'kie-idempotency', workers: 0 });
});
afterAll(() => pool.stop());

async function created(gateway: GatewayFixture, body: unknown, options: AskOptions = {}): Promise<string> {
  const answer = await gateway.ask(CREATE, { ...options, body });
  expect(answer.body).toMatchObject({ code: 200 });
  return answer.body.data.taskId;
}

describe('Idempotency-Key', () => {
  const keyed = (key: string): AskOptions => ({ key: 'key-of-a', headers: { 'idempotency-key': key } });

  // @guarantee G1
  test('the same key and body make one task, another body is refused, another tenant has keys of its own', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const id = await created(gateway, testRequest('once'), keyed('order-1'));
    expect(await created(gateway, testRequest('once'), keyed(' order-1 '))).toBe(id);
    const other = await gateway.ask(CREATE, { ...keyed('order-1'), body: testRequest('twice') });
    expect([other.status, other.body.code, other.body.msg]).toEqual([422, 422, expect.stringContaining(id)]);
    expect(await created(gateway, testRequest('once'), { ...keyed('order-1'), key: 'key-of-b' })).not.toBe(id);
  });

  test('it has 1 to 255 characters and comes once', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const long = await gateway.ask(CREATE, { ...keyed('x'.repeat(256)), body: testRequest('x') });
    expect([long.status, long.body.msg]).toEqual([422, expect.stringMatching(/^Idempotency-Key must have 1 to 255/)]);
    const twice = await gateway.app.inject({
      method: 'POST',
      url: CREATE,
      headers: { authorization: 'Bearer key-of-a', 'idempotency-key': ['one', 'two'] },
      payload: testRequest('x'),
    });
    expect([twice.statusCode, twice.json().msg]).toEqual([
      422,
      expect.stringMatching(/^Idempotency-Key must be given once/),
    ]);
  });

  test.each(['', '  '])('%j counts as absent, with a warning', async (key) => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const answer = await gateway.ask(CREATE, { ...keyed(key), body: testRequest('x') });
    expect(answer.body).toMatchObject({ code: 200 });
    expect(answer.headers.get('x-kieq-warnings')).toMatch(/^Idempotency-Key is empty and counts as absent/);
    expect(await created(gateway, testRequest('x'), keyed(key))).not.toBe(answer.body.data.taskId);
  });

  test('without one, equal bodies are one task within the dedupe window', async () => {
    const gateway = await startGateway({ pool, dedupeWindowMs: 600_000 });
    const id = await created(gateway, testRequest('equal'));
    expect(await created(gateway, testRequest('equal'))).toBe(id);
    expect(await created(gateway, testRequest('not equal'))).not.toBe(id);
  });
});
