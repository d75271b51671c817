import { createProducer, ProducerError, type Producer } from '@kieq/producer';
import {
  closeConnection,
  createConnection,
  describeRedisUrl,
  preflight,
  RedisPreflightError,
  RedisUrlError,
  waitUntilReady,
  type ConnectionOptions,
  type RedisClient,
  type RedisFinding,
} from '@kieq/redis';
import type { Logger, Tracer } from '@kieq/telemetry';
import type { GatewayEnvironment } from './run-gateway.ts';
import { StartRefused } from './start-refused.ts';

/**
 * Opens the connection of the routes; as a producer's it fails fast: a 503 is better than a call that hangs.
 * @throws StartRefused
 */
export async function connect(
  { redisUrl: url, redisWaitMs }: GatewayEnvironment,
  logger: Logger,
): Promise<{ readonly redis: RedisClient; readonly warnings: readonly RedisFinding[] }> {
  const redis = open({
    url,
    role: 'producer',
    connectionName: 'kieq-gateway',
    onError: (error) => logger.debug({ err: error }, 'Redis connection trouble'),
  });
  try {
    await waitUntilReady(redis, redisWaitMs);
    const { warnings } = await preflight(redis);
    return { redis, warnings };
  } catch (error) {
    await closeConnection(redis);
    throw refusal(url, error);
  }
}

export interface ProducerTracing {
  readonly tracer: Tracer;
  readonly traceparent: () => string | undefined;
}

/**
 * The producer, which has connections of its own.
 * @throws StartRefused
 */
export async function connectProducer(env: GatewayEnvironment, tracing: ProducerTracing): Promise<Producer> {
  const { redisUrl: redis, prefix, dedupeWindowMs } = env;
  try {
    return await createProducer({ redis, prefix, dedupeWindowMs, ...tracing });
  } catch (error) {
    throw error instanceof ProducerError ? refusal(redis, error) : error;
  }
}

function open(options: ConnectionOptions): RedisClient {
  try {
    return createConnection(options);
  } catch (error) {
    if (error instanceof RedisUrlError) throw new StartRefused(error.message);
    throw error;
  }
}

function refusal(url: string, error: unknown): StartRefused {
  if (error instanceof RedisPreflightError) return new StartRefused(error.message);
  const reason = error instanceof Error ? error.message : String(error);
  return new StartRefused(`Redis at ${describeRedisUrl(url)} cannot be used: ${reason}`);
}
