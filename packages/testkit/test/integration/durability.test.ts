import { afterEach, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../src/index.ts';

let pool: PoolFixture | undefined;
afterEach(async () => {
  await pool?.stop();
  pool = undefined;
});

// @guarantee G1
test('an intent that nothing confirms is never sent', async () => {
  pool = await startPool({
    redisUrl: inject('redisUrl'),
    name: 'durability',
    // The Redis of the tests has no replica.
    worker: { intentDurability: { kind: 'replica', replicas: 1 } },
    timings: { sendBeforeMs: 50, retryBaseMs: 1, retryCapMs: 1 },
  });
  const [id = ''] = await pool.enqueue('unconfirmed');
  const record = await pool.recordWhen(id, ({ attempts }) => attempts.length > 2);

  expect(record.attempts[0]).toMatchObject({ outcome: 'refused', evidence: { transport: 'INTENT_UNCONFIRMED' } });
  expect(pool.simulator.ledger.submissions()).toHaveLength(0);
  expect(await pool.ledger.gates.closed()).toEqual([]);
});
