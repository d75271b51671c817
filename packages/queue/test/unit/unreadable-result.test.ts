import type { ResultKind } from '@kieq/domain';
import { createMetrics, silentLogger } from '@kieq/telemetry';
import { expect, test } from 'vitest';
import { createWorkerMetrics } from '../../src/metrics.ts';
import { noteResult } from '../../src/unreadable-result.ts';

test.each<[ResultKind | undefined, number]>([
  ['unreadable', 1],
  ['links', 0],
  ['text', 0],
  [undefined, 0],
])('a result of the kind %s counts %i', async (result, count) => {
  const metrics = createMetrics();
  noteResult(
    { logger: silentLogger(), metrics: createWorkerMetrics(metrics) },
    {
      kind: 'verdict',
      verdict: { state: 'success', resultUrls: [] },
      ...(result === undefined ? {} : { result }),
      echo: { taskId: 't1' },
      evidence: { summary: 'seen' },
    },
  );
  expect(await metrics.registry.metrics()).toContain(`kieq_unreadable_results_total ${count}\n`);
});
