import type { Environment } from '@kieq/config';
import { proxiesOf } from '@kieq/proxy';
import { startTracing, type Logger, type Tracer, type TracingOptions } from '@kieq/telemetry';

/** The process's tracer, as the environment wants it; it writes nothing without an endpoint. */
export function traceProcess(
  env: Environment<'process'>,
  logger: Logger,
  who: Pick<TracingOptions, 'service' | 'instance'>,
): Promise<Tracer> {
  return startTracing({
    ...who,
    endpoint: env.otlpEndpoint,
    headers: env.otlpHeaders,
    proxies: proxiesOf(env),
    ratio: env.traceRatio,
    onProblem: (trouble) => logger.warn({ trouble }, 'traces could not be sent; they are dropped'),
  });
}
