import type { GenerationRecord, IntentDurability } from '@kieq/ledger';
import type { LocalRedisOptions } from '@kieq/local-redis';
import { describe, test, type TestContext } from 'vitest';
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

interface Place {
  readonly group: RedisGroup;
  readonly pool: PoolFixture;
}

/** A group of servers and a pool on it, for one test alone: the tests wait for failovers, all at once. */
async function open(
  { onTestFinished }: TestContext,
  options: LocalRedisOptions,
  more: Partial<PoolFixtureOptions>,
): Promise<Place> {
  const group = await startRedisGroup(options);
  onTestFinished(() => group.stop());
  const pool = await startPool({
    redisUrl: group.url,
    name: 'sentinel',
    settings: { submitTimeoutMs: 20_000 },
    timings: { sendBeforeMs: 500, retryBaseMs: 50, retryCapMs: 100 },
    ...more,
  });
  onTestFinished(() => pool.stop());
  return { group, pool };
}

/** Resolves when the replica has everything that the primary has acknowledged so far. */
async function replicated({ pool }: Place): Promise<void> {
  const { client, prefix } = pool.redis;
  await client.set(`${prefix}:replicated`, '1');
  if ((await client.call('WAIT', 1, 10_000)) !== 1) throw new Error('the replica has not got it in 10 s');
}

/** Holds the answer to the next submission; resolves when Kie has made its task. */
async function holdNextAnswer({ simulator }: PoolFixture, submit: () => Promise<unknown>): Promise<void> {
  simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
  await submit();
  await simulator.waitUntil(({ held }) => held === 1);
}

/** Fails over before the replica has got the intent of an attempt that Kie has taken; its answer comes after all. */
async function failOverWithoutIntent(place: Place): Promise<Pick<GenerationRecord, 'attempts'>> {
  const { group, pool } = place;
  const id = await one(pool, 'lost intent');
  await replicated(place);
  await group.cutReplica();
  await holdNextAnswer(pool, () => pool.addWorker());
  await group.failOver();
  // The new primary never heard of the attempt.
  await pool.recordWhen(id, ({ state }) => state === 'generating' || state === 'succeeded');
  pool.simulator.release();
  return pool.recordWhen(id, ({ state, attempts }) => state === 'succeeded' && attempts.length === 2);
}

/** A disk that confirms each write, on servers that can be asked to wait for it. */
const ON_DISK: LocalRedisOptions = {
  atLeast: { major: 7, minor: 2 },
  appendonly: true,
  settings: { appendfsync: 'always' },
};
const idle = (intentDurability: IntentDurability): Partial<PoolFixtureOptions> => ({
  workers: 0,
  worker: { intentDurability },
});

describe.concurrent('failover', () => {
  describe('KIEQ_INTENT_DURABILITY=none', () => {
    // @guarantee G1
    test('loses an intent that the replica had not got: paid twice, and counted as a surplus task', async (context) => {
      const { expect } = context;
      const place = await open(context, {}, idle({ kind: 'none' }));
      const { attempts } = await failOverWithoutIntent(place);
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'surplus']);
      expect(charges(place.pool)).toEqual({ 'lost intent': 2 });
    });
  });

  describe('KIEQ_INTENT_DURABILITY=replica:1', () => {
    // @guarantee G1
    test('what was sent was confirmed, what was not confirmed was not sent: everything is paid once', async (context) => {
      const { expect } = context;
      const place = await open(context, {}, { worker: { intentDurability: { kind: 'replica', replicas: 1 } } });
      const { group, pool } = place;
      let sent = '';
      await holdNextAnswer(pool, async () => (sent = await one(pool, 'sent')));
      const { id: late } = await pool.producer.enqueue(testRequest('late'), { delayMs: 1000 });
      await replicated(place);
      await group.cutReplica();
      await pool.recordWhen(late, ({ attempts }) => attempts[0]?.evidence?.transport === 'INTENT_UNCONFIRMED');
      await group.failOver();

      // The intent survived, so no other worker submits it; the response to its worker is taken.
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

  describe('KIEQ_INTENT_DURABILITY=fsync', () => {
    // @guarantee G1
    test('an intent that only the disk of the old primary had is lost too: paid twice, and counted', async (context) => {
      const { expect } = context;
      const place = await open(context, ON_DISK, idle({ kind: 'fsync' }));
      const { attempts } = await failOverWithoutIntent(place);
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'surplus']);
      expect(charges(place.pool)).toEqual({ 'lost intent': 2 });
    });

    // @guarantee G1
    test('what the disk had not confirmed was not sent: paid once, by the new primary', async (context) => {
      const { expect } = context;
      const place = await open(context, ON_DISK, { worker: { intentDurability: { kind: 'fsync' } } });
      const { group, pool } = place;
      // A disk that never confirms: nothing asks it to.
      await callRedis(group.primary, (call) => call('CONFIG', 'SET', 'appendfsync', 'no'));
      const id = await one(pool, 'unconfirmed');
      await pool.recordWhen(id, ({ attempts }) => attempts[0]?.evidence?.transport === 'INTENT_UNCONFIRMED');
      expect(posts(pool, 'unconfirmed')).toEqual([]);
      await replicated(place);
      await group.failOver();
      await pool.recordWhen(id, ({ state }) => state === 'succeeded');
      expect(charges(pool)).toEqual({ unconfirmed: 1 });
    });
  });
});
