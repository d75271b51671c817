import { parseEnvironment, uploadLocationOf } from '@kieq/config';
import { afterAll, beforeAll, inject } from 'vitest';
import { startPool, TEST_KEY, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { runGateway, type RunningGateway } from '../../src/run-gateway.ts';
import { kieContract } from '../contract/contract.ts';
import { DOCUMENTED, FATES } from '../contract/world.ts';

const apiKey = 'contract-key-0123456789';

let pool: PoolFixture;
let gateway: RunningGateway;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'contract', workers: 2, simulator: DOCUMENTED });
  pool.simulator.script(FATES);
  const environment = {
    REDIS_URL: pool.redis.url,
    KIEQ_PREFIX: pool.redis.prefix,
    KIE_API_KEY: TEST_KEY,
    KIE_BASE_URL: pool.simulator.url,
    GATEWAY_PORT: '0',
    GATEWAY_API_KEYS: `${apiKey}:contract`,
    KIEQ_ALLOW_PRIVATE_URLS: 'true',
    LOG_LEVEL: 'silent',
    UPLOAD_STORE_URL: pool.uploads.place,
  };
  const env = parseEnvironment(environment, ['redis', 'kie', 'callbacks', 'gateway', 'proxies', 'outbound', 'files']);
  const uploads = uploadLocationOf(env, { env: environment });
  gateway = await runGateway(env, { secrets: [apiKey, TEST_KEY], uploads });
});
afterAll(async () => {
  await gateway.shutDown('the end of the tests');
  await pool.stop();
});

kieContract('the gateway, with workers and a Kie behind it', () => Promise.resolve({ baseUrl: gateway.url, apiKey }));
