import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  startPool,
  startRedisGroup,
  testRequest,
  type PoolFixture,
  type PoolFixtureOptions,
  type RedisGroup,
} from '../../src/index.ts';
import { charges, one, posts } from './support.ts';

let group: RedisGroup;
let pool: PoolFixture;
beforeAll(async () => {
  group = await startRedisGroup();
});
afterAll(() => group.stop());
afterEach(async () => {
  await pool.stop();
  await group.heal();
});

async function open(more: Partial<PoolFixtureOptions> = {}): Promise<void> {
  pool = await startPool({
    redisUrl: group.url,
    name: 'sentinel',
    settings: { submitTimeoutMs: 20_000 },
    timings: { sendBeforeMs: 500, retryBaseMs: 50, retryCapMs: 100 },
    ...more,
  });
}

/** Resolves when the replica has everything that the primary has acknowledged so far. */
async function replicated(): Promise<void> {
  const { client, prefix } = pool.redis;
  await client.set(`${prefix}:replicated`, '1');
  expect(await client.call('WAIT', 1, 10_000)).toBe(1);
}

/** Holds the answer to the next submission; resolves when Kie has made its task. */
async function holdNextAnswer(submit: () => Promise<unknown>): Promise<void> {
  pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
  await submit();
  await pool.simulator.waitUntil(({ held }) => held === 1);
}

describe('failover, KIEQ_INTENT_DURABILITY=none', () => {
  test('loses an intent that the replica had not got: paid twice, and told as a surplus task', async () => {
    await open({ workers: 0 });
    const id = await one(pool, 'lost intent');
    await replicated();
    await group.cutReplica();
    await holdNextAnswer(() => pool.addWorker());
    await group.failOver();
    // The new primary never heard of the attempt.
    await pool.recordWhen(id, ({ state }) => state === 'generating' || state === 'succeeded');
    pool.simulator.release();

    const record = await pool.recordWhen(id, ({ state, attempts }) => state === 'succeeded' && attempts.length === 2);
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'surplus']);
    expect(charges(pool)).toEqual({ 'lost intent': 2 });
  });
});

describe('failover, KIEQ_INTENT_DURABILITY=replica:1', () => {
  test('what was sent was confirmed, what was not confirmed was not sent: everything is paid once', async () => {
    await open({ worker: { intentDurability: { kind: 'replica', replicas: 1 } } });
    let sent = '';
    await holdNextAnswer(async () => (sent = await one(pool, 'sent')));
    const { id: late } = await pool.producer.enqueue(testRequest('late'), { delayMs: 1000 });
    await replicated();
    await group.cutReplica();
    await pool.recordWhen(late, ({ attempts }) => attempts[0]?.evidence?.transport === 'INTENT_UNCONFIRMED');
    await group.failOver();

    // The intent survived, so nobody else submits it; its worker's answer is taken.
    await pool.recordWhen(sent, ({ state }) => state === 'submitting');
    pool.simulator.release();
    await pool.recordWhen(sent, ({ state }) => state === 'succeeded');
    // The new primary has no replica yet that could confirm.
    await pool.recordWhen(late, ({ attempts }) => attempts.length > 1);
    expect(posts(pool, 'late')).toEqual([]);
    await group.heal();
    await pool.recordWhen(late, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ sent: 1, late: 1 });
  });
});
