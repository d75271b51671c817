import { randomBytes } from 'node:crypto';
import { closeConnection, createConnection, waitUntilReady, type RedisClient } from '@kieq/redis';
import { Cluster, type Redis } from 'ioredis';

/** A key prefix of one test, with a hash tag, such as `{kieq-test-window-3f9a0c1d}`: tests share one server. */
export function uniquePrefix(name: string): string {
  return `{kieq-test-${name}-${randomBytes(4).toString('hex')}}`;
}

/** A test's own corner of the shared Redis. */
export interface TestRedis {
  readonly url: string;
  /** Every key of the test must begin with it. */
  readonly prefix: string;
  readonly client: RedisClient;
  /** Removes the keys under the prefix and closes the connection. */
  cleanup(): Promise<void>;
}

/**
 * Connects to the Redis of the run.
 * @param url `inject('redisUrl')`, or any other form of `REDIS_URL`
 * @param name short name of the test, part of the prefix
 * @param prefix default: a new one of this name
 */
export async function testRedis(url: string, name: string, prefix = uniquePrefix(name)): Promise<TestRedis> {
  const client = createConnection({ url, role: 'worker' });
  await waitUntilReady(client, 15_000);
  return {
    url,
    prefix,
    client,
    cleanup: () =>
      removeKeys(client, prefix)
        .finally(() => closeConnection(client))
        .then(() => undefined),
  };
}

/** Unlinks every key that begins with the prefix, by SCAN. Returns how many. */
export async function removeKeys(client: RedisClient, prefix: string): Promise<number> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const removed = await Promise.all(nodes.map((node) => removeKeysOf(node, prefix)));
  return removed.reduce((sum, count) => sum + count, 0);
}

async function removeKeysOf(node: Redis, prefix: string): Promise<number> {
  let removed = 0;
  let cursor = '0';
  do {
    const [next, keys] = await node.scan(cursor, 'MATCH', `${escapeGlob(prefix)}*`, 'COUNT', 500);
    if (keys.length > 0) removed += await node.unlink(...keys);
    cursor = next;
  } while (cursor !== '0');
  return removed;
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]^-]/g, '\\$&');
}
