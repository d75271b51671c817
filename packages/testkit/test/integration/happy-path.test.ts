import { afterEach, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../src/index.ts';

let pool: PoolFixture | undefined;
afterEach(async () => {
  await pool?.stop();
  pool = undefined;
});

// @guarantee G2
test('a generation goes from enqueue to its video, charged once', async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'happy' });
  const [id = ''] = await pool.enqueue('a cat');
  const view = await pool.producer.get(id).result({ timeoutMs: 10_000 });

  expect(view.state).toBe('succeeded');
  expect(view.resultUrls).toHaveLength(1);
  expect(view.attempts).toBe(1);
  expect(view.creditsConsumed).toBe(55);
  expect(pool.simulator.ledger.chargesByPrompt()).toEqual(new Map([['a cat', 1]]));
});
