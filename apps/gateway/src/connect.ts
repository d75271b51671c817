import { createProducer, ProducerError, type Producer } from '@kieq/producer';
import {
  closeConnection,
  createConnection,
  describeRedisUrl,
  preflight,
  redisRefusal,
  RedisUrlError,
  waitForPool,
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
  { redisUrl: url, prefix, redisWaitMs }: GatewayEnvironment,
  logger: Logger,
): Promise<{ readonly redis: RedisClient; readonly warnings: readonly RedisFinding[] }> {
  const redis = open({
    url,
    role: 'producer',
    connectionName: 'kieq-gateway',
    onError: (error) => logger.debug({ err: error }, 'Redis connection trouble'),
  });
  try {
    await waitForPool(redis, prefix, redisWaitMs);
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

/** Also after the first connection Redis may refuse: a Cluster that no longer serves the pool, a user without rights. */
export async function onThisRedis<Value>({ redisUrl }: GatewayEnvironment, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StartRefused || redisRefusal(redisUrl, error) === undefined
      ? error
      : refusal(redisUrl, error);
  }
}

function refusal(url: string, error: unknown): StartRefused {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartRefused(redisRefusal(url, error) ?? `Redis at ${describeRedisUrl(url)} cannot be used: ${reason}`);
}
