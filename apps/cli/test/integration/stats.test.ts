import { afterEach, beforeEach, expect, it } from 'vitest';
import { teach } from '../../../../packages/testkit/src/index.ts';
import { failed, generating, paymentUnknown, queued } from '../generations.ts';
import { testPool, type TestPool } from '../support.ts';

let pool: TestPool;
beforeEach(async () => {
  pool = await testPool('cli-stats');
});
afterEach(() => pool.cleanup());

/** A video for 55 credits. */
async function succeeded(taskId: string): Promise<void> {
  const id = await generating(pool.ledger, taskId);
  const verdict = { state: 'success', resultUrls: ['https://example.com/a.mp4'], creditsConsumed: 55 } as const;
  const evidence = { summary: 'seen in a test' };
  await pool.ledger.settle({ id, taskId, verdict, evidence, archive: 'no', polled: true, vehicleCheckMs: 1000 });
}

it('tells the last hour, credits, counters and times as JSON', async () => {
  await succeeded('task-1');
  await succeeded('task-2');
  await failed(pool.ledger, 'task-3');
  await paymentUnknown(pool.ledger);
  await queued(pool.ledger);
  await pool.ledger.gates.noteBalance(1100);
  await teach(pool.ledger, [100_000, 120_000, 140_000, 400_000], 'other/model');
  const { code, json } = await pool.run(['stats', '--json']);
  expect(code).toBe(0);
  expect(json).toMatchObject({
    pool: pool.redis.prefix,
    lastHour: { succeeded: 2, failed: 1, dead: 1, successRate: 0.5 },
    credits: { balance: 1100, perHour: 110, hoursLeft: 10 },
    counters: { created: 5, admitted: 4, accepted: 3, lost: 1, credits: 110 },
  });
  expect(json).toMatchObject({ kinds: [{ kind: 'other/model', tasks: 4, medianMs: 120_000, p95Ms: 400_000 }] });
});

it('tells a person', async () => {
  await succeeded('task-1');
  await teach(pool.ledger, [100_000, 120_000, 140_000], 'other/model');
  const { stdout } = await pool.run(['stats']);
  expect(stdout).toMatch(/succeeded +1 ▁{11}█\n/);
  expect(stdout).toMatch(/success rate +100\.0 %/);
  expect(stdout).toMatch(/balance +not asked yet/);
  expect(stdout).toMatch(/accepted +1 +100\.0 %/);
  expect(stdout).toMatch(/other\/model +3 +2m +2m 20s/);
});

it('of a new pool is empty', async () => {
  const { code, stdout } = await pool.run(['stats']);
  expect(code).toBe(0);
  expect(stdout).toContain('counters: none');
  expect(stdout).not.toContain('success rate');
});
