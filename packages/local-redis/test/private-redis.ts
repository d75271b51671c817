import { fileURLToPath } from 'node:url';
import { startLocalRedis, type LocalRedis, type LocalRedisOptions } from '@kieq/local-redis';
import { afterAll } from 'vitest';

/** Where the server is unpacked, once for all tests. */
const CACHE_DIR = fileURLToPath(new URL('../../../.kieq', import.meta.url));

/** A Redis of one file of tests alone, for tests that change it for everything that uses it. It ends with the file. */
export async function privateRedis(options: LocalRedisOptions = {}): Promise<LocalRedis> {
  const server = await startLocalRedis({ cacheDir: CACHE_DIR, ...options });
  afterAll(() => server.stop());
  return server;
}
