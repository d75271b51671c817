export {
  createLogger,
  silentLogger,
  type LogBindings,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logger.ts';
export {
  createMetrics,
  type CounterDefinition,
  type GaugeDefinition,
  type HistogramDefinition,
  type MetricDefinition,
  type Metrics,
  type MetricsOptions,
} from './metrics.ts';
export {
  runChecks,
  startOpsServer,
  type Check,
  type CheckReport,
  type OpsServer,
  type OpsServerOptions,
} from './ops-server.ts';
export { redactObject } from './redact.ts';
export { createScrubber, isSecretName, MASK, scrub, visibleJson } from './scrub.ts';
export { startTracing } from './tracing/start-tracing.ts';
export type { TracingOptions } from './tracing/tracing-options.ts';
export { isTraceparent, traceIds, type TraceIds } from './tracing/trace-ids.ts';
export { NO_TRACER, type GenerationTracer, type Span, type SpanOptions, type Tracer } from './tracing/tracer.ts';
export type { Counter, Gauge, Histogram } from 'prom-client';
