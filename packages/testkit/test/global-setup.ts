import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/local-redis';
import { aclRules, closeConnection, createConnection } from '@kieq/redis';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis of this run. It may be the user's own (REDIS_URL): keep to keys under `uniquePrefix`. */
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
  project.provide('redisUrl', await asOrdinaryUser(server.url));
  return () => server.stop();
}

/**
 * Adds a user with the documented rights to a server, so that every test finds out when a process needs more.
 * @returns the address with its login
 */
async function asOrdinaryUser(url: string): Promise<string> {
  const admin = createConnection({ url, role: 'worker' });
  try {
    // Tests have their own prefixes instead of `{kieq}`; and only they read all keys, and flush scripts.
    const rules = [...aclRules('{kieq*}').split(' '), '~{kieq*}-*', '+keys', '+script|flush'];
    await admin.call('ACL', 'SETUSER', 'kieq', 'reset', 'on', '>tests', ...rules);
  } finally {
    await closeConnection(admin);
  }
  return url.replace('redis://', 'redis://kieq:tests@');
}
