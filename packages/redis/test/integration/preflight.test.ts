import {
  closeConnection,
  createConnection,
  preflight,
  RedisPreflightError,
  waitUntilReady,
  type RedisClient,
} from '@kieq/redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

const server = await privateRedis({ appendonly: true, settings: { maxmemory: '64mb' } });
let client: RedisClient;

beforeEach(async () => {
  client = createConnection({ url: server.url, role: 'worker' });
  await waitUntilReady(client);
});
afterEach(() => closeConnection(client));

test('accepts a good server', async () => {
  const report = await preflight(client);
  expect(report.warnings).toEqual([]);
  expect(report.servers).toMatchObject([{ maxmemoryPolicy: 'noeviction', aofEnabled: true }]);
});

test('refuses a server that evicts, and says how to mend it', async () => {
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const failure: unknown = await preflight(client).catch((error: unknown) => error);
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  expect(failure).toBeInstanceOf(RedisPreflightError);
  expect(failure).toMatchObject({
    code: 'redis_preflight',
    problems: [{ code: 'maxmemory_policy', field: 'maxmemory-policy', received: 'allkeys-lru' }],
    message: expect.stringMatching(
      /maxmemory-policy must be noeviction.*received allkeys-lru.*Set `maxmemory-policy noeviction`/,
    ),
  });
});

test('warns when the append-only file is off', async () => {
  await client.config('SET', 'appendonly', 'no');
  const { warnings } = await preflight(client);
  await client.config('SET', 'appendonly', 'yes');
  expect(warnings).toMatchObject([{ code: 'aof_off', received: 'no' }]);
});

test('needs no CONFIG, which managed services forbid', async () => {
  await client.call('ACL', 'SETUSER', 'tenant', 'on', '>hunter2', '~*', '&*', '+@all', '-config');
  const restricted = createConnection({ url: `redis://tenant:hunter2@127.0.0.1:${server.port}`, role: 'worker' });
  await waitUntilReady(restricted);
  await expect(restricted.config('GET', 'save')).rejects.toThrow(/NOPERM/);
  await expect(preflight(restricted)).resolves.toMatchObject({ warnings: [] });
  await closeConnection(restricted);
});
