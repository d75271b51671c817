import { expect, test } from 'vitest';
import { z } from 'zod';
import { knownMetrics } from '../../../packages/testkit/test/support/metric-catalogue.ts';
import { read, readYaml } from '../support/files.ts';
import { readPromql } from '../support/promql.ts';
import { unknownParts } from '../support/known-series.ts';

const target = z.object({ refId: z.string(), expr: z.string() });
const place = z.object({ x: z.int(), y: z.int(), w: z.int().min(1).max(24), h: z.int().min(1) });
const panel = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string().min(1),
  gridPos: place,
  targets: z.array(target).default([]),
});
const board = z.object({
  title: z.literal('kieq'),
  uid: z.string(),
  schemaVersion: z.int(),
  panels: z.array(panel),
  templating: z.object({ list: z.array(z.object({ name: z.string() })) }),
});

const text = await read('deploy/grafana/dashboards/kieq.json');
const { panels, templating } = board.parse(JSON.parse(text));
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));

test.each(queries)('$title asks for what exists: $expr', async ({ expr }) => {
  expect(readPromql(expr).errors).toEqual([]);
  expect(await unknownParts(expr)).toEqual([]);
});

test('panels have unique ids and do not overlap', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
});

test('every variable that a query names is defined', () => {
  const named = queries.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name));
  const defined = new Set(['__rate_interval', ...templating.list.map(({ name }) => name)]);
  expect(named.filter((name) => !defined.has(name ?? ''))).toEqual([]);
});

test('every metric is on the dashboard, except those that only an alert or an operator reads', async () => {
  const elsewhere = [
    'kieq_pool_readable',
    'kieq_callbacks_on',
    'kieq_poll_price_ms',
    'kieq_vendor_states_total',
    'kieq_gateway_refusals_total',
    'kieq_job_ends_total',
    'kieq_defects_total',
    'kieq_surplus_tasks_total',
    'kieq_mass_denials_total',
    'kieq_unreadable_results_total',
    'kieq_recordless_jobs_total',
    'kieq_claims_total',
    'kieq_notice_seconds',
    'kieq_upload_store_differs',
    'kieq_sweeper_rounds_total',
    'kieq_redis_losses_total',
    'kieq_take_loop_look_seconds',
    'kieq_take_loop_restarts_total',
    'kieq_gate_closed_seconds',
    'kieq_dead_letter_oldest_seconds',
    'kieq_credits_balance_age_seconds',
    'kieq_redis_persistence_failing',
    'kieq_worker_seen_seconds',
    'kieq_generations_waiting',
  ];
  const shown = new Set(queries.flatMap(({ expr }) => readPromql(expr).series.map(({ name }) => name)));
  const missing = (await knownMetrics())
    .filter(
      ({ name }) =>
        ![...shown].some((series) => series.replace(/_(bucket|sum|count)$/, '') === name || series === name),
    )
    .map(({ name }) => name);
  expect(missing.toSorted()).toEqual(elsewhere.toSorted());
});

test('Grafana finds the dashboard and the data source that it names', async () => {
  const source = z.object({ datasources: z.array(z.object({ uid: z.string(), type: z.literal('prometheus') })) });
  const { datasources } = await readYaml('deploy/grafana/provisioning/datasources/prometheus.yml', source);
  expect(datasources.map(({ uid }) => uid)).toEqual(['prometheus']);
  const provider = z.object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) });
  const { providers } = await readYaml('deploy/grafana/provisioning/dashboards/kieq.yml', provider);
  expect(providers.map(({ options }) => options.path)).toEqual(['/var/lib/grafana/dashboards']);
});
