import { createProducer, ProducerError, type Producer } from '@kieq/producer';
import { unusable } from '@kieq/process';
import type { Tracer } from '@kieq/telemetry';
import type { GatewayEnvironment } from './environment.ts';

export interface ProducerTracing {
  readonly tracer: Tracer;
  readonly traceparent: () => string | undefined;
}

/**
 * Connects the producer, which has its own connections to Redis.
 * @throws StartRefused
 */
export async function connectProducer(env: GatewayEnvironment, tracing: ProducerTracing): Promise<Producer> {
  const { redisUrl: redis, prefix, dedupeWindowMs } = env;
  try {
    return await createProducer({ redis, prefix, dedupeWindowMs, ...tracing });
  } catch (error) {
    throw error instanceof ProducerError ? unusable(redis, error) : error;
  }
}
