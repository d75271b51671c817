import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { closeConnection, createConnection, waitUntilReady } from '@kieq/redis';
import { removeKeys, uniquePrefix } from '@kieq/testkit';
import type { Places } from './places.ts';
import { openRedis, type OpenRedis } from './redis.ts';

/** A pool that ends with this process: no other pool on the same Redis is touched. */
export interface OwnPool {
  readonly redis: OpenRedis;
  readonly prefix: string;
  /** URL of the store for uploaded images: a temporary folder. */
  readonly uploads: string;
  /** Removes keys and folder, and ends a private Redis. Processes of the pool must have ended. */
  close(): Promise<void>;
}

/** @param name part of its prefix in Redis, such as `demo` */
export async function openOwnPool(places: Places, name: string): Promise<OwnPool> {
  const redis = await openRedis(places, { keep: false });
  const prefix = uniquePrefix(name);
  const folder = await mkdtemp(join(tmpdir(), `kieq-${name}-`));
  return {
    redis,
    prefix,
    uploads: pathToFileURL(folder).href,
    async close() {
      await removeOwnKeys(redis.url, prefix);
      await rm(folder, { recursive: true, force: true });
      await redis.stop();
    },
  };
}

/** Redis may be the user's own (REDIS_URL): no key stays there. Never rejects, so that it does not hide an earlier error. */
async function removeOwnKeys(url: string, prefix: string): Promise<void> {
  const client = createConnection({ url, role: 'producer', connectionName: 'kieq-demo' });
  try {
    await waitUntilReady(client);
    for (const server of 'nodes' in client ? client.nodes('master') : [client]) await removeKeys(server, prefix);
  } catch (error) {
    process.stderr.write(
      `keys under ${prefix} may remain: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  } finally {
    await closeConnection(client);
  }
}
