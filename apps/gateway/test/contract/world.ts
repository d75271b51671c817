import type { FaultRule, SimulatorConfiguration } from '../../../../packages/simulator/src/index.ts';
import { ENDLESS, FAILING, FAILURE, REFUSAL, REFUSED } from './server.ts';

/** A quick Kie; how it answers is its dialect. */
export const QUICK: SimulatorConfiguration = {
  rateLimit: null,
  createLatency: { minMs: 1, maxMs: 5 },
  queryLatency: { minMs: 0, maxMs: 1 },
  generation: { kind: 'uniform', minMs: 20, maxMs: 100 },
  results: 'tiny',
};

/** What the suite's prompts ask for. */
export const FATES: readonly FaultRule[] = [
  { on: 'task', when: { prompt: FAILING, times: 'always' }, fault: { kind: 'fail', ...FAILURE } },
  { on: 'createTask', when: { prompt: REFUSED, times: 'always' }, fault: { kind: 'code', ...REFUSAL } },
  { on: 'task', when: { prompt: ENDLESS, times: 'always' }, fault: { kind: 'stuck' } },
];
