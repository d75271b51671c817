import { VERSION } from '@kieq/domain';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
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
      // Nobody works on this pool.
      binding: 'no-worker',
      workers: { running: 0, earlier: false, lastSeen: null, waiting: 1, list: [] },
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
    expect(body).toMatchObject({ binding: 'no-worker', inFlight: { max: 10_000 } });
    expect(body.workers).toEqual({ running: 0, earlier: false, lastSeen: null });
  });

  test('shows only operators Kie’s message behind refusals: it quotes requests of other tenants', async () => {
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

  test('shows what limits submissions, and the last balance read', async () => {
    const { ask } = await startGateway({ pool });
    await pool.ledger.gates.pause('for the test');
    await pool.queues.poll.pause();
    await pool.redis.client.hset(`${pool.ledger.root}stats`, 'balance', '12.5');
    const { body } = await ask('/v1/status');
    expect(body).toMatchObject({
      gates: [{ reason: 'paused', mode: 'manual', detail: 'for the test', since: expect.any(Number) }],
      pausedQueues: ['poll'],
      binding: 'paused',
      // Nobody knows of when it is.
      credits: { balance: 12.5, at: null, old: true },
    });
  });

  test('shows the workers, and marks an old balance as old', async () => {
    const own = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-status-workers' });
    onTestFinished(() => own.stop());
    const { ask } = await startGateway({ pool: own });
    await own.ledger.gates.noteBalance(950);
    const { body } = await ask('/v1/status');
    expect(body).toMatchObject({
      binding: null,
      credits: { balance: 950, old: false },
      workers: {
        running: 1,
        earlier: false,
        waiting: 0,
        list: [{ id: 'worker-1', version: VERSION, host: 'test', queues: { submit: 20, poll: 20, notify: 20 } }],
      },
    });
    await own.redis.client.hset(`${own.ledger.root}stats`, 'balanceAt', body.credits.at - 3_600_000);
    await own.stopWorkers();
    expect((await ask('/v1/status')).body).toMatchObject({
      binding: 'no-worker',
      credits: { balance: 950, old: true },
      workers: { running: 0, lastSeen: expect.any(Number) },
    });
  });

  test('a worker of a newer version with other fields counts nevertheless', async () => {
    const own = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-status-newer', workers: 0 });
    onTestFinished(() => own.stop());
    const { ask } = await startGateway({ pool: own });
    const { root } = own.ledger;
    await own.redis.client.zadd(`${root}workers`, (await own.ledger.read.now()) + 45_000, 'newer');
    await own.redis.client.hset(`${root}workers:told`, 'newer', '{"since":"noon","worker":{"version":{"major":9}}}');
    expect((await ask('/v1/status')).body).toMatchObject({
      binding: null,
      workers: { running: 1, list: [{ id: 'newer', version: null, host: null, since: null, queues: null }] },
    });
  });
});
