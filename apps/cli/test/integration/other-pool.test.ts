import { createLedger } from '@kieq/ledger';
import { closeConnection, createConnection, waitUntilReady } from '@kieq/redis';
import { expect, it } from 'vitest';
import { runCli } from '../support.ts';
import { privateRedis } from '../../../../packages/local-redis/test/private-redis.ts';

// A server of our own: the default prefix of the one of all tests belongs to no test.
const HINT = 'this Redis has a pool under {kieq}; check KIEQ_PREFIX';
const server = await privateRedis();

async function status(prefix: string): Promise<string> {
  return (await runCli(['status'], { REDIS_URL: server.url, KIEQ_PREFIX: prefix })).stdout;
}

it('an empty prefix is told with where a pool is: under the default one', async () => {
  expect(await status('{keiq}')).toContain('no pool is known under the prefix {keiq}');
  expect(await status('{keiq}')).not.toContain(HINT);
  const redis = createConnection({ url: server.url, role: 'producer' });
  await waitUntilReady(redis);
  await createLedger({ redis, prefix: '{kieq}' }).settings.agree({ submitLimit: 20 });
  await closeConnection(redis);
  expect(await status('{keiq}')).toContain(HINT);
  expect(await status('{kieq}')).not.toContain('no pool is known');
});
