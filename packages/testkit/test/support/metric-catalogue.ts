import { createFleetMetrics, createWorkerMetrics } from '@kieq/queue';
import { createMetrics } from '@kieq/telemetry';
import { z } from 'zod';
import { createGatewayMetrics } from '../../../../apps/gateway/src/metrics.ts';

/** A metric as the code defines it. */
export interface KnownMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

const withLabels = z.looseObject({ labelNames: z.array(z.string()) });

/** Every metric of ours, by its definition in the code. */
export async function knownMetrics(): Promise<KnownMetric[]> {
  const metrics = createMetrics();
  createWorkerMetrics(metrics);
  createFleetMetrics(metrics, () => Promise.resolve(undefined));
  createGatewayMetrics(metrics);
  const types = new Map((await metrics.registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
  return metrics.registry.getMetricsAsArray().map((metric) => ({
    name: metric.name,
    type: types.get(metric.name) ?? '',
    labels: withLabels.parse(metric).labelNames,
  }));
}
