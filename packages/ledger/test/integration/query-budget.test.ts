import { describe, expect, test } from 'vitest';
import { generating, openPool, VEHICLE_CHECK_MS, type Pool } from './fixture.ts';

/** Takes all slots of the budget up to the last one, and gives them back. */
async function bind(pool: Pool): Promise<void> {
  const limit = await pool.ledger.read.pollLimit();
  const permits = Array.from({ length: limit }, (_, i) => `permit-${i}`);
  for (const permit of permits) expect(await pool.ledger.pollPermit(permit, 1000)).toMatchObject({ kind: 'granted' });
  await pool.redis.del(`${pool.root}polls`);
}

/** As if the time until the next raise were over. */
async function elapse(pool: Pool): Promise<void> {
  await pool.redis.hset(`${pool.root}poll:state`, 'raiseAt', 1);
}

async function refuse(pool: Pool): Promise<void> {
  const { id, taskId } = await generating(pool);
  const seen = { id, taskId, seen: 'trouble' as const, pollDelayMs: 1000, pauseMs: 1, rateLimited: true };
  await pool.ledger.observe({ ...seen, missingWindowMs: 1000, vehicleCheckMs: VEHICLE_CHECK_MS });
  await pool.redis.del(`${pool.root}poll:hold`);
}

const state = (pool: Pool) => pool.redis.hgetall(`${pool.root}poll:state`);

describe('the query budget', () => {
  test('learns nothing unless a higher limit is allowed', async () => {
    const pool = await openPool('budget', { pollLimitPerSecond: 3 });
    await bind(pool);
    await refuse(pool);
    expect(await state(pool)).toEqual({});
    expect(await pool.ledger.read.pollLimit()).toBe(3);
  });

  test('is raised by one when it binds after ten quiet minutes, and never above the highest', async () => {
    const pool = await openPool('budget', { pollLimitPerSecond: 2, pollLimitMaxPerSecond: 4 });
    await bind(pool);
    expect(await pool.ledger.read.pollLimit()).toBe(2);
    expect(Number((await state(pool))['raiseAt']) - (await pool.ledger.read.now())).toBeGreaterThan(590_000);
    for (const limit of [3, 4, 4]) {
      await elapse(pool);
      await bind(pool);
      expect(await pool.ledger.read.pollLimit()).toBe(limit);
    }
  });

  test('stays where it does not bind', async () => {
    const pool = await openPool('budget', { pollLimitPerSecond: 2, pollLimitMaxPerSecond: 4 });
    await elapse(pool);
    await pool.ledger.pollPermit('one', 1000);
    expect(await pool.ledger.read.pollLimit()).toBe(2);
  });

  test('a 429 lowers it for an hour, never below the setting, and avoids what was refused for a day', async () => {
    const pool = await openPool('budget', { pollLimitPerSecond: 5, pollLimitMaxPerSecond: 20 });
    await pool.redis.hset(`${pool.root}poll:state`, 'limit', 10);
    await refuse(pool);
    await refuse(pool);
    expect(await pool.ledger.read.pollLimit()).toBe(7);
    expect(Number((await state(pool))['raiseAt']) - (await pool.ledger.read.now())).toBeGreaterThan(3_590_000);
    for (const limit of [8, 9, 9]) {
      await elapse(pool);
      await bind(pool);
      expect(await pool.ledger.read.pollLimit()).toBe(limit);
    }
    await pool.redis.hset(`${pool.root}poll:state`, 'refusedAt', (await pool.ledger.read.now()) - 86_400_001);
    await elapse(pool);
    await bind(pool);
    expect(await pool.ledger.read.pollLimit()).toBe(10);
    await pool.redis.hset(`${pool.root}poll:state`, { limit: 6, refusedAt: 1 });
    await refuse(pool);
    expect(await pool.ledger.read.pollLimit()).toBe(5);
  });

  test('another limit forgets what was learned', async () => {
    const pool = await openPool('budget', { pollLimitPerSecond: 2, pollLimitMaxPerSecond: 9 });
    await pool.redis.hset(`${pool.root}poll:state`, 'limit', 8);
    await pool.ledger.settings.overwrite({ pollLimitMaxPerSecond: 9 });
    expect(await pool.ledger.read.pollLimit()).toBe(8);
    await pool.ledger.settings.overwrite({ pollLimitMaxPerSecond: 6 });
    expect([await pool.ledger.read.pollLimit(), await state(pool)]).toEqual([2, {}]);
  });
});
