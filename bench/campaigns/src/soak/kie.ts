import type { FaultRule, SimulatorConfiguration } from '@kieq/simulator';

const MEDIAN_MS = 4000;
const SIGMA = 0.3;
/** Enough for hours: the usual balance lasts for 18 181 videos, and then the credits gate rightly holds all others back. */
const BALANCE = 1_000_000_000;

/** Tasks of some seconds, so that a few hundred are under way at once. */
export const SOAK_KIE: SimulatorConfiguration = {
  credits: BALANCE,
  rateLimit: { limit: 150, windowMs: 2000 },
  createLatency: { minMs: 50, maxMs: 150 },
  queryLatency: { minMs: 5, maxMs: 20 },
  generation: { kind: 'lognormal', medianMs: MEDIAN_MS, sigma: SIGMA },
};

/** Completion times as such tasks have them; workers know them from the start, as those of a pool of some age do. */
export function typicalDurations(): number[] {
  const spread = [-1.3, -0.8, -0.5, -0.25, 0, 0.25, 0.5, 0.8, 1.3];
  return spread.flatMap((z) => Array.from({ length: 5 }, () => Math.round(MEDIAN_MS * Math.exp(SIGMA * z))));
}

const CREATE: readonly (readonly [number, Extract<FaultRule, { on: 'createTask' }>['fault']])[] = [
  [0.002, { kind: 'cutAfter' }],
  [0.001, { kind: 'cutBefore' }],
  [0.001, { kind: 'cutBody' }],
  [0.001, { kind: 'html', status: 502, created: true }],
  [0.003, { kind: 'code', code: 500 }],
  [0.0002, { kind: 'status429', retryAfter: 1 }],
  [0.01, { kind: 'delayAnswer', ms: 500 }],
];
const QUERY: readonly (readonly [number, Extract<FaultRule, { on: 'recordInfo' }>['fault']])[] = [
  [0.005, { kind: 'html', status: 502 }],
  [0.005, { kind: 'cutBefore' }],
  [0.003, { kind: 'invalidJson' }],
  [0.003, { kind: 'notFound' }],
];
const TASK: readonly (readonly [number, Extract<FaultRule, { on: 'task' }>['fault']])[] = [
  [0.01, { kind: 'fail' }],
  [0.005, { kind: 'transientFail' }],
];
const CALLBACK: readonly (readonly [number, Extract<FaultRule, { on: 'callback' }>['fault']])[] = [
  [0.02, { kind: 'lost' }],
  [0.02, { kind: 'duplicated' }],
  [0.01, { kind: 'late', ms: 1000 }],
  [0.005, { kind: 'forged', variant: 'body' }],
  [0.005, { kind: 'forged', variant: 'taskId' }],
];

/** About one generation in ten meets one. */
export const SOAK_FAULTS: readonly FaultRule[] = [
  ...CREATE.map(([probability, fault]): FaultRule => ({ on: 'createTask', when: { probability }, fault })),
  ...QUERY.map(([probability, fault]): FaultRule => ({ on: 'recordInfo', when: { probability }, fault })),
  ...TASK.map(([probability, fault]): FaultRule => ({ on: 'task', when: { probability }, fault })),
  ...CALLBACK.map(([probability, fault]): FaultRule => ({ on: 'callback', when: { probability }, fault })),
];
