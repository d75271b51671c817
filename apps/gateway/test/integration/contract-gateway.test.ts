import { afterAll, beforeAll, describe, inject } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import type { RunningGateway } from '../../src/run-gateway.ts';
import { kieContract } from '../contract/contract.ts';
import { FATES, QUICK } from '../contract/world.ts';
import { gatewayOfPool } from '../gateway-of-pool.ts';

const apiKey = 'contract-key-0123456789';

// The gateway answers as the document says, whatever the dialect of the Kie behind it.
describe.each(['document', 'wire'] as const)('Kie speaks the dialect %s', (dialect) => {
  let pool: PoolFixture;
  let gateway: RunningGateway;
  beforeAll(async () => {
    const simulator = { ...QUICK, dialect };
    pool = await startPool({ redisUrl: inject('redisUrl'), name: `contract-${dialect}`, workers: 2, simulator });
    pool.simulator.script(FATES);
    gateway = await gatewayOfPool(pool, apiKey);
  });
  afterAll(async () => {
    await gateway.shutDown('the end of the tests');
    await pool.stop();
  });

  kieContract('the gateway, with workers and a Kie behind it', () =>
    Promise.resolve({ baseUrl: gateway.url, apiKey, dialect: 'document' }),
  );
});
