import { createSimulator } from '../../../../packages/simulator/src/index.ts';
import { afterAll, beforeAll, describe } from 'vitest';
import { kieContract } from '../contract/contract.ts';
import { FATES, QUICK } from '../contract/world.ts';

const apiKey = 'contract-key-0123456789';

describe.each(['document', 'wire'] as const)('the dialect %s', (dialect) => {
  const simulator = createSimulator({ ...QUICK, dialect, apiKey });

  beforeAll(async () => {
    await simulator.start();
    simulator.script(FATES);
  });
  afterAll(() => simulator.stop());

  kieContract('the simulator', () => Promise.resolve({ baseUrl: simulator.url, apiKey, dialect }));
});
