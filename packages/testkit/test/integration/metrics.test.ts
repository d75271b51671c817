import { VERSION } from '@kieq/domain';
import { createFleetMetrics, readFleet } from '@kieq/queue';
import { createMetrics } from '@kieq/telemetry';
import { afterEach, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../src/index.ts';

let pool: PoolFixture;
afterEach(() => pool.stop());

/** The pool's numbers as a scrape shows them. */
async function scrape({ ledger, queues, redis }: PoolFixture): Promise<ReadonlyMap<string, number>> {
  const metrics = createMetrics();
  createFleetMetrics(metrics, () => readFleet({ ledger, queues, redis: redis.client }));
  const text = await metrics.registry.metrics();
  const lines = text.split('\n').filter((line) => line.startsWith('kieq_'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

test('a scrape has gates, ages, dead letters, limits, money and the state of Redis', async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'metrics' });
  const [id = ''] = await pool.enqueue('a cat');
  await pool.producer.get(id).result({ timeoutMs: 10_000 });
  pool.simulator.script([{ on: 'createTask', when: { times: 1 }, fault: { kind: 'code', code: 505 } }]);
  const [bad = ''] = await pool.enqueue('a bad one');
  await pool.recordWhen(bad, ({ state }) => state === 'dead');
  await pool.ledger.gates.noteBalance(1234.5);
  await pool.ledger.gates.pause('a person looks');
  await pool.enqueue('held back');
  // A planned start is not waiting.
  await pool.producer.enqueue(testRequest('tomorrow'), { delayMs: 86_400_000 });

  const seen = await scrape(pool);
  expect(seen.get('kieq_pool_readable')).toBe(1);
  expect(seen.get(`kieq_workers{version="${VERSION}"}`)).toBe(1);
  expect(seen.get('kieq_worker_seen_seconds')).toBe(0);
  expect(seen.get('kieq_generations_waiting')).toBe(2);
  expect(seen.get('kieq_generations{state="succeeded"}')).toBe(1);
  expect(seen.get('kieq_gate_closed{reason="paused"}')).toBe(1);
  expect(seen.get('kieq_gate_closed{reason="credits"}')).toBe(0);
  expect(seen.get('kieq_gate_closed_seconds{reason="credits"}')).toBe(0);
  expect(seen.get('kieq_dead_letters{class="model_unavailable"}')).toBe(1);
  expect(seen.get('kieq_dead_letter_oldest_seconds{class="model_unavailable"}')).toBeGreaterThan(0);
  expect(seen.get('kieq_dead_letter_oldest_seconds{class="task_lost"}')).toBe(0);
  expect(seen.get('kieq_queue_oldest_seconds{queue="submit"}')).toBeGreaterThan(0);
  expect(seen.get('kieq_queue_oldest_seconds{queue="submit"}')).toBeLessThan(3600);
  expect(seen.get('kieq_pool_limit{limit="in_flight"}')).toBeGreaterThan(0);
  expect(seen.get('kieq_credits_balance')).toBe(1234.5);
  expect(seen.get('kieq_credits_balance_age_seconds')).toBeLessThan(60);
  expect(seen.get('kieq_credits_booked_total')).toBe(55);
  expect(seen.get('kieq_pool_events_total{event="verdict:success"}')).toBe(1);
  expect(seen.get('kieq_pool_events_total{event="surplus"}')).toBe(0);
  expect(seen.get('kieq_redis_memory_bytes')).toBeGreaterThan(0);
  expect(seen.get('kieq_redis_persistence_failing')).toBe(0);
});

test('a pool that cannot be read says so and shows no misleading zeros', async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'metrics-away', workers: 0 });
  const metrics = createMetrics();
  createFleetMetrics(metrics, () => Promise.resolve(undefined));
  const text = await metrics.registry.metrics();
  expect(text).toContain('kieq_pool_readable 0');
  expect(text).not.toMatch(/^kieq_dead_letters\{/m);
  // Those without labels are there from the start.
  const zeros = text.match(/^kieq_(?!.*_total)\S+ 0$/gm);
  expect(zeros).toEqual(['kieq_pool_readable 0']);
  expect(text).not.toMatch(/^kieq_gate_closed\{/m);
});
