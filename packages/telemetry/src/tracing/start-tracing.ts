import { NO_TRACER, type Tracer } from './tracer.ts';
import type { TracingOptions } from './tracing-options.ts';

/** Traces to a collector by OTLP over HTTP. The OpenTelemetry SDK is loaded here and only where an endpoint is given. */
export async function startTracing(options: TracingOptions): Promise<Tracer> {
  const { endpoint } = options;
  if (endpoint === undefined) return NO_TRACER;
  const { createOtelTracer } = await import('./otel.ts');
  return createOtelTracer({ ...options, endpoint });
}
