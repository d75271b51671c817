import { beforeEach, describe, expect, test } from 'vitest';
import { callRedis, startPool, type PoolFixture } from '../../src/index.ts';
import { charges, inState, numbered, one, posts } from './support.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

// A server of our own: what is done to it would hit every test.
const server = await privateRedis({ settings: { 'busy-reply-threshold': '50' } });
let pool: PoolFixture;
beforeEach(async () => {
  pool = await startPool({ redisUrl: server.url, name: 'trouble', settings: { submitTimeoutMs: 20_000 } });
  return () => pool.stop();
});

/** A generation whose submission is on its way: Kie has made the task and holds the answer. */
async function openSubmission(prompt: string): Promise<string> {
  pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
  const id = await one(pool, prompt);
  await pool.simulator.waitUntil(({ held }) => held === 1);
  return id;
}

const config = (name: string, value: string) => callRedis(server, (call) => call('CONFIG', 'SET', name, value));

describe('Redis is out of memory', () => {
  // @guarantee G1
  test('the answer of an open submission is written, new work is refused, and everything goes on afterwards', async () => {
    const id = await openSubmission('paid');
    await config('maxmemory', '1');
    await expect(pool.enqueue('refused')).rejects.toMatchObject({ code: 'redis_refused' });
    pool.simulator.release();
    await pool.recordWhen(id, ({ state }) => state === 'generating');
    expect(posts(pool, 'refused')).toEqual([]);
    await config('maxmemory', '0');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const again = await one(pool, 'refused');
    await pool.recordWhen(again, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ paid: 1, refused: 1 });
  });
});

describe('a script of another client blocks Redis', () => {
  // @guarantee G1
  test('callers hear at once that it is busy; the answer of an open submission is written when it is over', async () => {
    const id = await openSubmission('paid');
    const blocking = callRedis(server, (call) => call('EVAL', 'while true do end', 0)).catch((error: unknown) => error);
    await expect
      .poll(() => pool.enqueue('refused').catch((error: unknown) => error), { interval: 10 })
      .toMatchObject({ code: 'redis_unavailable' });
    pool.simulator.release();
    await pool.simulator.waitUntil(({ delivered }) => delivered === 1);
    await pool.redis.client.script('KILL');
    expect(await blocking).toBeInstanceOf(Error);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)['paid']).toBe(1);
  });
});

describe('under load', () => {
  const prompts = numbered('video', 60);

  // @guarantee G1, G2
  test.each([
    [
      'forgets its scripts again and again',
      20,
      (): Promise<unknown> => callRedis(server, (call) => call('SCRIPT', 'FLUSH')),
    ],
    [
      'stops again and again',
      3,
      (): Promise<unknown> => callRedis(server, (call) => call('CLIENT', 'PAUSE', 700, 'ALL')),
    ],
  ])('Redis %s: every generation succeeds, and is paid once', async (_what, times, harm) => {
    await pool.enqueue(...prompts);
    for (let i = 0; i < times; i += 1) await harm();
    await inState(pool, 'succeeded', prompts.length, 20_000);
    expect(charges(pool)).toEqual(Object.fromEntries(prompts.map((prompt) => [prompt, 1])));
  });
});
