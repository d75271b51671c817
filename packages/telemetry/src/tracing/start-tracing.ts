import { orMissing, type PackageUse } from '@kieq/domain';
import { NO_TRACER, type Tracer } from './tracer.ts';
import type { TracingOptions } from './tracing-options.ts';

const USE: PackageUse = {
  needs: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  packages: ['@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/resources', '@opentelemetry/sdk-trace-base'],
};

/**
 * Traces to a collector by OTLP over HTTP. The OpenTelemetry SDK is loaded here and only where an endpoint is given.
 * @throws MissingPackages where it is not installed
 */
export async function startTracing(options: TracingOptions): Promise<Tracer> {
  const { endpoint } = options;
  if (endpoint === undefined) return NO_TRACER;
  const { createOtelTracer } = await orMissing(import('./otel.ts'), USE);
  return createOtelTracer({ ...options, endpoint });
}
