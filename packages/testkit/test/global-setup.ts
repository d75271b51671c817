import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/redis';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis of this run. It may be somebody's own (REDIS_URL): keep to keys under `uniquePrefix`. */
    redisUrl: string;
  }
}

const CACHE_DIR = fileURLToPath(new URL('../../../.kieq', import.meta.url));

/** One Redis for the project's run: the one of REDIS_URL if set, else a private local server that ends with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') {
    project.provide('redisUrl', given);
    return () => Promise.resolve();
  }
  const server = await startLocalRedis({ cacheDir: CACHE_DIR });
  project.provide('redisUrl', server.url);
  return () => server.stop();
}
