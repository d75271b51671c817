import { createMetrics, silentLogger } from '@kieq/telemetry';
import { expect, test } from 'vitest';
import { createWorkerMetrics } from '../../src/status/metrics.ts';
import { noResultDeadLetter, noteNoResult } from '../../src/poll/missing-result.ts';

const SEEN = {
  kind: 'no_result',
  echo: { taskId: 't1' },
  evidence: { summary: 'seen', code: 200, body: '{}' },
} as const;

test('a success without a result is counted', async () => {
  const metrics = createMetrics();
  noteNoResult({ logger: silentLogger(), metrics: createWorkerMetrics(metrics) }, SEEN);
  expect(await metrics.registry.metrics()).toContain('kieq_unreadable_results_total 1\n');
});

test('its dead letter says what it cost if Kie reported that, and what Kie sent', () => {
  const told = noResultDeadLetter({ ...SEEN, creditsConsumed: 55.5 }, 1_800_400);
  expect(told).toMatchObject({ code: 200, body: '{}' });
  expect(told.summary).toBe(
    'Kie reports success (it cost 55.5 credits), but returned neither a readable link nor a readable text within 1800 s',
  );
  expect(noResultDeadLetter(SEEN, 0).summary).toContain('(it is paid)');
});
