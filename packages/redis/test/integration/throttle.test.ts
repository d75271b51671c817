import { startLocalRedis, type LocalRedis } from '@kieq/local-redis';
import {
  ACCOUNT_RULE,
  ASKER_RULE,
  closeConnection,
  createConnection,
  createThrottle,
  waitUntilReady,
  type ThrottleRule,
  type RedisClient,
  type Subject,
} from '@kieq/redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { askRedis } from '../../src/throttle/ask-redis.ts';
import { LocalSlots } from '../../src/throttle/local-slots.ts';

const prefix = `{kieq-guesses-${process.pid}}`;
const nobody = new AbortController().signal;
let client: RedisClient;
beforeEach(async () => {
  client = createConnection({ url: inject('redisUrl'), role: 'producer' });
  await waitUntilReady(client);
});
afterEach(async () => {
  const keys = await client.keys(`${prefix.replaceAll(/[{}]/g, '?')}*`);
  if (keys.length > 0) await client.del(...keys);
  await closeConnection(client);
});

/** Places far apart, so that the time that a test takes does not matter. */
const SLOW: ThrottleRule = { free: 2, growMs: 1_000_000, pauseMs: 3_000_000, mostMs: 8_000_000, beyond: 'refuse' };
const asker: Subject = { name: 'address:192.0.2.7', rule: SLOW };
const account: Subject = { name: 'account:operator', rule: { ...SLOW, mostMs: 2_000_000, beyond: 'wait' } };

test('the script decides as this process does alone', async () => {
  const slots = new LocalSlots(() => 0);
  const attempts = [true, false, true, true, false, true, true, true, false, true, true];
  for (const [i, isWrong] of attempts.entries()) {
    const subjects = i % 3 === 0 ? [asker, account] : i % 3 === 1 ? [asker] : [account];
    const [one, other] = [slots.takeSlot(subjects, isWrong), await askRedis(client, prefix, subjects, isWrong)];
    expect([i, other.kind]).toEqual([i, one.kind]);
    expect(Math.abs(other.ms - one.ms)).toBeLessThan(30_000);
  }
});

test('concurrent attempts get no more responses than sequential ones, over all processes', async () => {
  const found = await Promise.all(Array.from({ length: 200 }, () => askRedis(client, prefix, [asker], true)));
  const waits = found.flatMap(({ kind, ms }) => (kind === 'wait' ? [Math.round(ms / 1_000_000)] : []));
  expect(waits).toEqual([0, 0, 0, 1, 3, 6]);
});

test('what is full is remembered for a second, in which Redis is not asked', async () => {
  let now = 0;
  const throttle = createThrottle({ redis: client, prefix, nowMs: () => now });
  for (let i = 0; i < 6; i += 1) await askRedis(client, prefix, [asker], true);
  const turn = async () => throttle.turn([asker, account], { isWrong: true, gone: nobody });
  const atOnce = await Promise.all(Array.from({ length: 50 }, turn));
  expect(atOnce.map((one) => one.kind === 'full' && one.isNews).filter(Boolean)).toHaveLength(1);
  expect(await turn()).toMatchObject({ kind: 'full', isNews: false });
  await client.del(await keysOf(client));
  expect(await turn()).toMatchObject({ kind: 'full', isNews: false });
  now = 1000;
  expect(await turn()).toEqual({ kind: 'answer' });
});

async function keysOf(redis: RedisClient): Promise<string[]> {
  return redis.keys(`${prefix.replaceAll(/[{}]/g, '?')}*`);
}

test('forgets after a while, and keeps no key that a caller wrote', async () => {
  await createThrottle({ redis: client, prefix }).turn([{ name: 'account:<b>', rule: ASKER_RULE }], {
    isWrong: true,
    gone: nobody,
  });
  const [key = '', ...others] = await keysOf(client);
  expect([key, others]).toEqual([expect.stringMatching(/:guesses:[\w-]{43}$/), []]);
  expect(await client.pttl(key)).toBeGreaterThan(890_000);
});

let away: LocalRedis;
beforeAll(async () => {
  away = await startLocalRedis({});
});
afterAll(() => away.stop());

test('while Redis is away this process counts alone, and no client is locked out', async () => {
  const redis = createConnection({ url: away.url, role: 'producer' });
  await waitUntilReady(redis);
  const throttle = createThrottle({ redis, prefix });
  await away.stop();
  const subjects = [
    { name: 'address:192.0.2.9', rule: ASKER_RULE },
    { name: 'account:operator', rule: ACCOUNT_RULE },
  ];
  for (let i = 0; i < 6; i += 1)
    expect(await throttle.turn(subjects, { isWrong: true, gone: nobody })).toEqual({ kind: 'answer' });
  const gone = new AbortController();
  const late = throttle.turn(subjects, { isWrong: false, gone: gone.signal });
  gone.abort();
  expect(await late).toMatchObject({ kind: 'full' });
  await closeConnection(redis);
});
