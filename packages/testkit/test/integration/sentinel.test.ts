import type { GenerationRecord, IntentDurability } from '@kieq/ledger';
import type { LocalRedisOptions } from '@kieq/redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  callRedis,
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
afterEach(async () => {
  await pool.stop();
  await group.heal();
});

/** The group of the tests of this `describe`. */
function onGroup(options: LocalRedisOptions = {}): void {
  beforeAll(async () => {
    group = await startRedisGroup(options);
  });
  afterAll(() => group.stop());
}

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

/** Fails over before the replica has got the intent of an attempt that Kie has taken; its answer comes after all. */
async function failOverWithoutIntent(intentDurability: IntentDurability): Promise<GenerationRecord> {
  await open({ workers: 0, worker: { intentDurability } });
  const id = await one(pool, 'lost intent');
  await replicated();
  await group.cutReplica();
  await holdNextAnswer(() => pool.addWorker());
  await group.failOver();
  // The new primary never heard of the attempt.
  await pool.recordWhen(id, ({ state }) => state === 'generating' || state === 'succeeded');
  pool.simulator.release();

  return pool.recordWhen(id, ({ state, attempts }) => state === 'succeeded' && attempts.length === 2);
}

describe('failover, KIEQ_INTENT_DURABILITY=none', () => {
  onGroup();

  test('loses an intent that the replica had not got: paid twice, and told as a surplus task', async () => {
    const { attempts } = await failOverWithoutIntent({ kind: 'none' });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'surplus']);
    expect(charges(pool)).toEqual({ 'lost intent': 2 });
  });
});

describe('failover, KIEQ_INTENT_DURABILITY=replica:1', () => {
  onGroup();

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

describe('failover, KIEQ_INTENT_DURABILITY=fsync', () => {
  onGroup({ atLeast: { major: 7, minor: 2 }, appendonly: true, settings: { appendfsync: 'always' } });

  test('an intent that only the disk of the old primary had is lost too: paid twice, and told', async () => {
    const { attempts } = await failOverWithoutIntent({ kind: 'fsync' });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'surplus']);
    expect(charges(pool)).toEqual({ 'lost intent': 2 });
  });

  test('what the disk had not confirmed was not sent: paid once, by the new primary', async () => {
    await open({ worker: { intentDurability: { kind: 'fsync' } } });
    // A disk that never confirms: nothing asks it to.
    await callRedis(group.primary, (call) => call('CONFIG', 'SET', 'appendfsync', 'no'));
    const id = await one(pool, 'unconfirmed');
    await pool.recordWhen(id, ({ attempts }) => attempts[0]?.evidence?.transport === 'INTENT_UNCONFIRMED');
    expect(posts(pool, 'unconfirmed')).toEqual([]);
    await replicated();
    await group.failOver();
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ unconfirmed: 1 });
  });
});
