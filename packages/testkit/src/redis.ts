import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

/** A key prefix of one test, with a hash tag, such as `{kieq-test-window-3f9a0c1d}`: tests share one server. */
export function uniquePrefix(name: string): string {
  return `{kieq-test-${name}-${randomBytes(4).toString('hex')}}`;
}

/** A test's own corner of the shared Redis. */
export interface TestRedis {
  readonly url: string;
  /** Every key of the test must begin with it. */
  readonly prefix: string;
  readonly client: Redis;
  /** Removes the keys under the prefix and closes the connection. */
  cleanup(): Promise<void>;
}

/**
 * Connects to the Redis of the run.
 * @param url `inject('redisUrl')`
 * @param name short name of the test, part of the prefix
 */
export async function testRedis(url: string, name: string): Promise<TestRedis> {
  const prefix = uniquePrefix(name);
  const client = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  await client.connect();
  return {
    url,
    prefix,
    client,
    cleanup: () =>
      removeKeys(client, prefix)
        .finally(() => client.disconnect())
        .then(() => undefined),
  };
}

/** Unlinks every key that begins with the prefix, by SCAN. Returns how many. */
export async function removeKeys(client: Redis, prefix: string): Promise<number> {
  let removed = 0;
  let cursor = '0';
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', `${escapeGlob(prefix)}*`, 'COUNT', 500);
    if (keys.length > 0) removed += await client.unlink(...keys);
    cursor = next;
  } while (cursor !== '0');
  return removed;
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]^-]/g, '\\$&');
}
