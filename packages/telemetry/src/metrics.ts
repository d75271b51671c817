import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'kieq_';
/** One series per generation would fill any Prometheus. */
const UNBOUNDED_LABELS = new Set(['generation', 'attempt', 'task', 'job', 'id', 'url', 'token', 'idempotency_key']);

export interface MetricDefinition<L extends string> {
  /** Without the prefix `kieq_`. Counters end in `_total`, times in `_seconds`. */
  readonly name: string;
  readonly help: string;
  /** Labels with few values each, such as `outcome`. Default none. */
  readonly labels?: readonly L[];
}

export interface GaugeDefinition<L extends string> extends MetricDefinition<L> {
  /** Sets the value at each scrape. */
  readonly collect?: (gauge: Gauge<L>) => void | Promise<void>;
}

export interface CounterDefinition<L extends string> extends MetricDefinition<L> {
  /** Updates the value at each scrape, for values that are counted elsewhere. */
  readonly collect?: (counter: Counter<L>) => void | Promise<void>;
}

export interface HistogramDefinition<L extends string> extends MetricDefinition<L> {
  /** Upper bounds, ascending. Default those of prom-client, 5 ms to 10 s. */
  readonly buckets?: readonly number[];
}

/** Metrics of one process, in a registry of their own. */
export interface Metrics {
  readonly registry: Registry;
  counter<const L extends string = never>(definition: CounterDefinition<L>): Counter<L>;
  gauge<const L extends string = never>(definition: GaugeDefinition<L>): Gauge<L>;
  histogram<const L extends string = never>(definition: HistogramDefinition<L>): Histogram<L>;
}

export interface MetricsOptions {
  /** Adds memory, CPU and event-loop metrics of the process, under their usual names. Default false. */
  readonly processMetrics?: boolean;
}

/** Each definition throws when a label has unbounded values (a generation, a task …) or the name is taken. */
export function createMetrics({ processMetrics = false }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  return {
    registry,
    counter: (definition) => createCounter(registry, definition),
    gauge: (definition) => createGauge(registry, definition),
    histogram: (definition) => {
      const { buckets } = definition;
      return new Histogram({
        ...common(definition),
        registers: [registry],
        ...(buckets === undefined ? {} : { buckets: [...buckets] }),
      });
    },
  };
}

function createCounter<L extends string>(registry: Registry, definition: CounterDefinition<L>): Counter<L> {
  const { collect } = definition;
  const counter: Counter<L> = new Counter({
    ...common(definition),
    registers: [registry],
    ...(collect === undefined ? {} : { collect: () => collect(counter) }),
  });
  return counter;
}

function createGauge<L extends string>(registry: Registry, definition: GaugeDefinition<L>): Gauge<L> {
  const { collect } = definition;
  const gauge: Gauge<L> = new Gauge({
    ...common(definition),
    registers: [registry],
    ...(collect === undefined ? {} : { collect: () => collect(gauge) }),
  });
  return gauge;
}

function common<L extends string>({
  name,
  help,
  labels = [],
}: MetricDefinition<L>): { name: string; help: string; labelNames: L[] } {
  const unbounded = labels.filter((label) => UNBOUNDED_LABELS.has(label));
  if (unbounded.length > 0)
    throw new Error(`metric ${PREFIX}${name}: label ${unbounded.join(', ')} has unbounded values`);
  return { name: `${PREFIX}${name}`, help, labelNames: [...labels] };
}
