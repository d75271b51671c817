import { knownMetrics } from '../../../packages/testkit/test/support/metric-catalogue.ts';
import { readPromql } from './promql.ts';

/** Labels that Prometheus and its configuration add. */
const ADDED = ['job', 'instance', 'pod', 'pool'];
/** Of prom-client itself, on every process. */
const OF_PROCESSES = ['process_start_time_seconds', 'process_resident_memory_bytes'];

/** The parts of an expression that no process of ours measures: series, `series{label}`, groupings. */
export async function unknownParts(expression: string): Promise<string[]> {
  const known = await seriesWithLabels();
  const { series, groupings } = readPromql(expression);
  const asked = series.flatMap(({ name, labels }) => {
    const has = known.get(name);
    return has === undefined ? [name] : labels.filter((label) => !has.has(label)).map((label) => `${name}{${label}}`);
  });
  const groupable = new Set([...known.values()].flatMap((labels) => [...labels]));
  return [...asked, ...groupings.filter((label) => !groupable.has(label)).map((label) => `by ${label}`)];
}

async function seriesWithLabels(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const known = new Map(OF_PROCESSES.map((name) => [name, new Set(ADDED)]));
  for (const { name, type, labels } of await knownMetrics()) {
    const all = [...labels, ...ADDED];
    if (type !== 'histogram') known.set(name, new Set(all));
    else {
      known.set(`${name}_bucket`, new Set([...all, 'le']));
      known.set(`${name}_sum`, new Set(all));
      known.set(`${name}_count`, new Set(all));
    }
  }
  return known;
}
