import { createSimulator } from '../../../../packages/simulator/src/index.ts';
import { afterAll, beforeAll } from 'vitest';
import { kieContract } from '../contract/contract.ts';
import { DOCUMENTED, FATES } from '../contract/world.ts';

const apiKey = 'contract-key-0123456789';
const simulator = createSimulator({ ...DOCUMENTED, apiKey });

beforeAll(async () => {
  await simulator.start();
  simulator.script(FATES);
});
afterAll(() => simulator.stop());

kieContract('the simulator', () => Promise.resolve({ baseUrl: simulator.url, apiKey }));
