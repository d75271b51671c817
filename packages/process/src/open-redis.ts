import {
  closeConnection,
  createConnection,
  describeRedisUrl,
  redisRefusal,
  RedisUrlError,
  waitForPool,
  type ConnectionOptions,
  type ConnectionRole,
  type RedisClient,
} from '@kieq/redis';
import type { Logger } from '@kieq/telemetry';
import { reasonOf, StartRefused } from './start-refused.ts';

/** Where the pool is; the keys `redis` of the environment. */
interface PoolAddress {
  readonly redisUrl: string;
  readonly prefix: string;
  /** Longest wait for Redis at the start, in ms. */
  readonly redisWaitMs: number;
}

interface RedisUse {
  /** A producer's calls fail at once while Redis is away, and tell of it; a worker waits, and its connection tells. */
  readonly role: ConnectionRole;
  /** As `CLIENT LIST` shows it. */
  readonly connectionName: string;
  readonly logger: Logger;
}

/**
 * Opens the process's connection, waits until the pool's commands are carried out there, and checks the server.
 * @param check what else must hold; the connection is closed again where it throws
 * @returns the connection, and what `check` found
 * @throws StartRefused where this Redis cannot be used
 */
export async function openRedis<Found>(
  { redisUrl: url, prefix, redisWaitMs }: PoolAddress,
  { role, connectionName, logger }: RedisUse,
  check: (redis: RedisClient) => Promise<Found>,
): Promise<{ readonly redis: RedisClient; readonly found: Found }> {
  const level = role === 'worker' ? 'warn' : 'debug';
  const onError = (error: Error): void => logger[level]({ err: error }, 'Redis connection failed; will reconnect');
  const redis = connect({ url, role, connectionName, onError });
  try {
    await waitForPool(redis, prefix, redisWaitMs);
    return { redis, found: await check(redis) };
  } catch (error) {
    await closeConnection(redis);
    throw error instanceof StartRefused ? error : unusable(url, error);
  }
}

/**
 * Also after the first connection Redis may refuse: a Cluster that no longer serves the pool, a user without rights.
 * @throws StartRefused for what Redis refuses; everything else as it is
 */
export async function onThisRedis<Value>(
  { redisUrl }: Pick<PoolAddress, 'redisUrl'>,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StartRefused || redisRefusal(redisUrl, error) === undefined
      ? error
      : unusable(redisUrl, error);
  }
}

/** The refusal for an error of Redis, whatever it is. */
export function unusable(url: string, error: unknown): StartRefused {
  const otherwise = `Redis at ${describeRedisUrl(url)} cannot be used: ${reasonOf(error)}`;
  return new StartRefused(redisRefusal(url, error) ?? otherwise);
}

function connect(options: ConnectionOptions): RedisClient {
  try {
    return createConnection(options);
  } catch (error) {
    if (error instanceof RedisUrlError) throw new StartRefused(error.message);
    throw error;
  }
}
