import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway } from '../support.ts';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-status', workers: 0 });
});
afterAll(() => pool.stop());

describe('GET /v1/status', () => {
  test('shows an operator the whole pool', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const { id } = await pool.producer.enqueue(testRequest('dies'), { tenant: 'b' });
    await pool.producer.enqueue(testRequest('waits'));
    await pool.ledger.kill({ id, class: 'refused_repeatedly', expected: 'queued', evidence: { summary: 'x' } });
    const { status, body } = await ask('/v1/status', { key: 'key-of-op' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      gates: [],
      pausedQueues: [],
      binding: null,
      window: { limit: 100, windowMs: 100, entries: 0 },
      inFlight: { count: 0, max: 10_000 },
      credits: null,
      queues: { submit: { prioritized: 2 }, poll: {}, notify: {}, 'dead-letter': {} },
      states: { queued: 1, dead: 1, succeeded: 0 },
      deadLetters: { refused_repeatedly: 1, task_lost: 0 },
    });
  });

  test('shows a tenant the pool, and no counts of what others have', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const { status, body } = await ask('/v1/status', { key: 'key-of-a' });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('states');
    expect(body).not.toHaveProperty('deadLetters');
    expect(body).toMatchObject({ binding: null, inFlight: { max: 10_000 } });
  });

  test('tells operators alone in which words everything is refused: they are about the requests of others', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const gates = `${pool.ledger.root}gates`;
    const gate = { since: 1, mode: 'canary', refusals: 5, nextAt: 4_102_444_800_000, detail: '404 no such thing' };
    await pool.redis.client.hset(gates, 'refusing', JSON.stringify(gate));
    const [operator, tenant] = [
      await ask('/v1/status', { key: 'key-of-op' }),
      await ask('/v1/status', { key: 'key-of-a' }),
    ];
    await pool.redis.client.hdel(gates, 'refusing');
    expect(operator.body).toMatchObject({ gates: [{ reason: 'refusing', detail: '404 no such thing' }] });
    expect(tenant.body).toMatchObject({ gates: [{ reason: 'refusing' }] });
    expect(JSON.stringify(tenant.body)).not.toContain('no such thing');
  });

  test('says what holds submissions back, and the balance that was seen last', async () => {
    const { ask } = await startGateway({ pool });
    await pool.ledger.gates.pause('for the test');
    await pool.queues.poll.pause();
    await pool.redis.client.hset(`${pool.ledger.root}stats`, 'balance', '12.5');
    const { body } = await ask('/v1/status');
    expect(body).toMatchObject({
      gates: [{ reason: 'paused', mode: 'manual', detail: 'for the test', since: expect.any(Number) }],
      pausedQueues: ['poll'],
      binding: 'paused',
      credits: { balance: 12.5 },
    });
  });
});
