import { parseEnvironment, uploadLocationOf } from '@kieq/config';
import { TEST_KEY, type PoolFixture } from '../../../packages/testkit/src/pool.ts';
import { runGateway, type RunningGateway } from '../src/run-gateway.ts';

/** A gateway of a pool as its process runs it, with one caller; for suites that share one. The suite shuts it down. */
export async function gatewayOfPool(pool: PoolFixture, apiKey: string): Promise<RunningGateway> {
  const environment = {
    REDIS_URL: pool.redis.url,
    KIEQ_PREFIX: pool.redis.prefix,
    KIE_API_KEY: TEST_KEY,
    KIE_BASE_URL: pool.simulator.url,
    GATEWAY_PORT: '0',
    GATEWAY_API_KEYS: `${apiKey}:suite`,
    KIEQ_ALLOW_PRIVATE_URLS: 'true',
    LOG_LEVEL: 'silent',
    UPLOAD_STORE_URL: pool.uploads.place,
  };
  const env = parseEnvironment(environment, ['redis', 'kie', 'callbacks', 'gateway', 'proxies', 'outbound', 'files']);
  const uploads = uploadLocationOf(env, { env: environment });
  return runGateway(env, { secrets: [apiKey, TEST_KEY], uploads });
}
