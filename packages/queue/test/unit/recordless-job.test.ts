import { createMetrics, silentLogger } from '@kieq/telemetry';
import { expect, test } from 'vitest';
import { createWorkerMetrics } from '../../src/status/metrics.ts';
import { endRecordless } from '../../src/submit/recordless-job.ts';

test('a job without a record is put off twice, then dropped, forgotten and counted', async () => {
  const metrics = createMetrics();
  const context = { logger: silentLogger(), metrics: createWorkerMetrics(metrics) };
  const endAt = (attemptsStarted: number) =>
    endRecordless(context, { id: 'gen_0000000000-1', attemptsStarted }, 'gen_0000000000');
  expect([endAt(1), endAt(2)]).toEqual([
    { kind: 'delay', delayMs: 1000 },
    { kind: 'delay', delayMs: 1000 },
  ]);
  expect(await metrics.registry.metrics()).toContain('kieq_recordless_jobs_total 0\n');
  expect([endAt(3), endAt(20)]).toMatchObject([
    { kind: 'complete', forget: true },
    { kind: 'complete', forget: true },
  ]);
  expect(await metrics.registry.metrics()).toContain('kieq_recordless_jobs_total 2\n');
});
