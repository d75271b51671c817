import { createMetrics } from '@kieq/telemetry';
import { expect, test } from 'vitest';

test('metrics carry the prefix and stay in their own registry', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  const submissions = one.counter({ name: 'submissions_total', help: 'POSTs by outcome', labels: ['outcome'] });
  submissions.inc({ outcome: 'accepted' });
  one.gauge({ name: 'in_flight', help: 'tasks in flight', collect: (gauge) => gauge.set(7) });
  one.histogram({ name: 'wait_seconds', help: 'wait', buckets: [1, 2] }).observe(1.5);
  const text = await one.registry.metrics();
  expect(text).toContain('kieq_submissions_total{outcome="accepted"} 1');
  expect(text).toContain('kieq_in_flight 7');
  expect(text).toContain('kieq_wait_seconds_bucket{le="2"} 1');
  expect(await other.registry.metrics()).toBe('\n');
});

test('process metrics come on request', async () => {
  const { registry } = createMetrics({ processMetrics: true });
  expect(await registry.metrics()).toContain('process_resident_memory_bytes');
});

test('a label without bounds is refused', () => {
  expect(() => createMetrics().counter({ name: 'x_total', help: 'x', labels: ['outcome', 'generation'] })).toThrow(
    /generation/,
  );
});
