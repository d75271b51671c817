import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable, unavailable, waitUntilReady } from './availability.ts';
import { describeClient, targetOfClient, type RedisClient } from './connection.ts';
import { RedisClusterError, RedisPreflightError, RedisUrlError } from './errors.ts';
import { describeRedisUrl, describeTarget } from './redis-url.ts';

/** Interval between checks of a Cluster that does not serve the pool's slot, in ms. */
const PROBE_EVERY_MS = 200;

/** Another node has the slot, or is about to get it. */
const ELSEWHERE = /^(MOVED|ASK) \d/;

/** The server responds, but refuses the commands of this user, or cannot carry them out. */
const REFUSED = /^(NOAUTH|WRONGPASS|NOPERM|OOM|READONLY|MISCONF|NOREPLICAS)\b/;

/**
 * Waits until Redis carries out commands of one pool. A connection alone does not prove that: the address of a single
 * server may lead to a node of a Cluster that does not hold the pool, and a Cluster may not serve the pool's slot.
 * @param prefix of the pool; all its keys are in one slot
 * @param timeoutMs default 5000
 * @throws RedisClusterError where another node holds the pool
 * @throws RedisUnavailableError when it does not come up in time
 */
export async function waitForPool(client: RedisClient, prefix: string, timeoutMs = 5_000): Promise<void> {
  const startedMs = performance.now();
  await waitUntilReady(client, timeoutMs);
  for (;;) {
    const problem = await probeSlot(client, prefix);
    if (problem === undefined) return;
    if (ELSEWHERE.test(problem.message)) throw elsewhere(client, prefix);
    if (!isUnavailable(problem)) throw problem;
    if (performance.now() - startedMs >= timeoutMs) throw unavailable(client, problem.message, problem);
    await sleep(PROBE_EVERY_MS);
  }
}

/**
 * Why a process cannot start on this Redis, as a message; undefined for an error that Redis did not cause.
 * @param url `REDIS_URL`; its password is not shown
 */
export function redisRefusal(url: string, error: unknown): string | undefined {
  if (error instanceof RedisUrlError || error instanceof RedisClusterError || error instanceof RedisPreflightError)
    return error.message;
  if (!(error instanceof Error)) return undefined;
  const isOfRedis = isUnavailable(error) || ELSEWHERE.test(error.message) || REFUSED.test(error.message);
  return isOfRedis ? `Redis at ${describeRedisUrl(url)} cannot be used: ${error.message}` : undefined;
}

async function probeSlot(client: RedisClient, prefix: string): Promise<Error | undefined> {
  try {
    // Any key of the pool: the rights of a user may end at the prefix.
    await client.exists(`${prefix}:ledger`);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function elsewhere(client: RedisClient, prefix: string): RedisClusterError {
  const target = targetOfClient(client);
  const node = `${describeClient(client)} is one node of a Redis Cluster, and another one holds the pool ${prefix}`;
  if (target?.kind !== 'single') return new RedisClusterError(`${node}: use redis+cluster://host:port`);
  const { host, port, db, ...login } = target;
  const url = describeTarget({ ...login, kind: 'cluster', nodes: [{ host, port }] });
  const rest = db === 0 ? '' : '; a Cluster has no databases';
  return new RedisClusterError(`${node}. Set REDIS_URL to ${url}${rest}. Nothing was written`);
}
