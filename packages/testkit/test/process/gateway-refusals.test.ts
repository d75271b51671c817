import { expect, inject, test } from 'vitest';
import { runRefusals } from '../support/refusals.ts';

/**
 * Scaled down: the window of the rate limit is half a second, and the balance is probed for the first time after
 * 600 ms. The campaign has the minute.
 */
const ENV = {
  KIEQ_TIME_SCALE: '0.02',
  KIEQ_SUBMIT_LIMIT: '100',
  KIEQ_SUBMIT_WINDOW_MS: '500',
  KIEQ_POLL_LIMIT_PER_SECOND: '500',
};

// @guarantee G5
test('Kie answers 429, then 402: callers see nothing of it, everything completes, each charged once', async () => {
  const refusals = await runRefusals({ redisUrl: inject('redisUrl'), env: ENV, patienceMs: 30_000 });
  expect(refusals).toMatchObject({ shownMeanwhile: 'waiting', createdMeanwhile: 0 });
  expect(refusals).toMatchObject({ strange: [], lost: [], wronglyCharged: [] });
  expect(refusals.refusedByCode[429]).toBeGreaterThanOrEqual(3);
  expect(refusals.refusedByCode[402]).toBeGreaterThan(0);
  expect(refusals.acknowledged).toBeGreaterThan(20);
});
