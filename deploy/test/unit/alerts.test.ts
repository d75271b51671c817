import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { POOL_EVENTS } from '@kieq/queue';
import { sorted, wordsIn } from '../../../packages/testkit/test/support/documents.ts';
import { readAlerts, readYaml } from '../support/files.ts';
import { readPromql } from '../support/promql.ts';
import { readRunbooks, RUNBOOKS } from '../support/runbooks.ts';
import { unknownParts } from '../support/known-series.ts';

const alerts = await readAlerts();

describe('alerts', () => {
  test.each(alerts)('$alert asks for what exists', async ({ expr }) => {
    expect(readPromql(expr).errors).toEqual([]);
    expect(await unknownParts(expr)).toEqual([]);
  });

  test('each is named once and points to its entry', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, annotations } of alerts) expect(annotations.runbook).toBe(`${RUNBOOKS}#${alert.toLowerCase()}`);
  });

  test('each has an entry with the first check and the remedy, and no entry is left over', async () => {
    const entries = await readRunbooks();
    expect(entries.map(({ alert }) => alert)).toEqual(alerts.map(({ alert }) => alert));
  });

  test('each has a test in which it fires and one in which it is silent', async () => {
    const sample = z.object({ value: z.number() });
    const check = z.object({ expr: z.string(), exp_samples: z.array(sample) });
    const file = z.object({ tests: z.array(z.object({ promql_expr_test: z.array(check) })) });
    const { tests } = await readYaml('deploy/prometheus/alerts.test.yml', file);
    const checks = tests.flatMap((one) => one.promql_expr_test);
    const tested = (fires: boolean): string[] =>
      checks
        .filter(({ exp_samples: samples }) => samples.length > 0 === fires)
        .flatMap(({ expr }) => /alertname="(\w+)"/.exec(expr)?.[1] ?? []);
    for (const { alert } of alerts) {
      expect(tested(true)).toContain(alert);
      expect(tested(false)).toContain(alert);
    }
  });
});

test('every class of dead letters has an alert: its own, or the common one', () => {
  const own = alerts.flatMap(({ expr }) => wordsIn(expr, /kieq_dead_letters\{class=~?"([\w|]+)"/g));
  const common = alerts.find(({ alert }) => alert === 'KieqDeadLetters')?.expr ?? '';
  const without = wordsIn(common, /event!~"letter:\(([\w|]+)\)"/g).flatMap((names) => names.split('|'));
  // A failure at Kie is not a failure of the pool.
  expect(sorted(without)).toEqual(sorted([...own.flatMap((names) => names.split('|')), 'generation_failed']));
  expect(without.filter((name) => !POOL_EVENTS.includes(`letter:${name}`))).toEqual([]);
});

describe('the reader of PromQL', () => {
  test('finds series, labels, groupings and errors', () => {
    const query = 'sum by (le) (rate(kieq_a_bucket{x=~"$pool"}[$__rate_interval])) > on (y) kieq_b';
    expect(readPromql(query)).toEqual({
      series: [
        { name: 'kieq_a_bucket', labels: ['x'] },
        { name: 'kieq_b', labels: [] },
      ],
      groupings: ['le', 'y'],
      errors: [],
    });
    expect(readPromql(`${query} unless (`).errors).not.toEqual([]);
  });

  test('names what no process measures', async () => {
    expect(await unknownParts('kieq_no_such{x="1"} + kieq_gate_closed{queue="submit"}')).toEqual([
      'kieq_no_such',
      'kieq_gate_closed{queue}',
    ]);
    expect(await unknownParts('sum by (colour) (kieq_in_flight)')).toEqual(['by colour']);
  });
});
