import type { FaultRule, SimulatorConfiguration } from '@kieq/simulator';
import type { ChaosProfile } from './profile.ts';

/** The simulated Kie of a campaign: tasks of about a second, callbacks signed, retried twice. */
export function chaoticKie(seed: number, profile: ChaosProfile, webhookKey: string): SimulatorConfiguration {
  return {
    seed,
    rateLimit: { limit: profile.submitLimit, windowMs: profile.submitWindowMs },
    countRefused: true,
    // Never quicker than what a busy machine adds to it: the window's margin must not exceed it.
    createLatency: { minMs: 30, maxMs: 120 },
    queryLatency: { minMs: 1, maxMs: 10 },
    generation: { kind: 'lognormal', medianMs: 900, sigma: 0.4 },
    results: 'tiny',
    webhookKey,
    callback: { retries: 2, retryDelayMs: 200, timeoutMs: 2000 },
  };
}

type Shares<On extends FaultRule['on']> = readonly (readonly [number, Extract<FaultRule, { on: On }>['fault']])[];

/** Of all POSTs, by share. */
const CREATE: Shares<'createTask'> = [
  [0.008, { kind: 'status429' }],
  [0.008, { kind: 'envelope429', retryAfter: 1 }],
  [0.004, { kind: 'envelope402' }],
  [0.012, { kind: 'html', status: 502, created: true }],
  [0.012, { kind: 'html', status: 503, created: false }],
  [0.004, { kind: 'redirect', location: 'https://elsewhere.invalid/' }],
  [0.02, { kind: 'code', code: 500 }],
  [0.008, { kind: 'code', code: 501 }],
  [0.008, { kind: 'code', code: 505 }],
  [0.012, { kind: 'code', code: 422 }],
  [0.002, { kind: 'code', code: 401 }],
  [0.002, { kind: 'code', code: 433 }],
  [0.002, { kind: 'code', code: 455 }],
  [0.006, { kind: 'code', code: 777, created: true }],
  [0.016, { kind: 'cutBefore' }],
  [0.008, { kind: 'hangBefore' }],
  [0.02, { kind: 'delayAnswer', ms: 600 }],
  [0.008, { kind: 'slowBody', ms: 300 }],
  [0.012, { kind: 'cutBody' }],
  [0.008, { kind: 'invalidJson' }],
  [0.004, { kind: 'hugeBody', bytes: 2_000_000 }],
  [0.02, { kind: 'cutAfter' }],
  [0.008, { kind: 'hangAfter' }],
  [0.006, { kind: 'noTaskId', created: true }],
  [0.006, { kind: 'noTaskId', created: false }],
  [0.008, { kind: 'errorWithTaskId' }],
];

const QUERY: Shares<'recordInfo'> = [
  [0.01, { kind: 'notFound' }],
  [0.01, { kind: 'state', word: 'pondering' }],
  [0.01, { kind: 'html', status: 502 }],
  [0.01, { kind: 'code', code: 500 }],
  [0.002, { kind: 'code', code: 401 }],
  [0.002, { kind: 'envelope429' }],
  [0.01, { kind: 'cutBefore' }],
  [0.01, { kind: 'cutBody' }],
  [0.005, { kind: 'invalidJson' }],
  [0.005, { kind: 'slowBody', ms: 300 }],
  [0.01, { kind: 'delayAnswer', ms: 300 }],
  [0.004, { kind: 'stuck' }],
  [0.004, { kind: 'fail' }],
  [0.002, { kind: 'code408' }],
  [0.002, { kind: 'code501' }],
];

const TASK: Shares<'task'> = [
  [0.005, { kind: 'stuck' }],
  [0.03, { kind: 'fail' }],
  [0.02, { kind: 'transientFail' }],
  [0.02, { kind: 'unknownFor', ms: 1500 }],
];

const CALLBACK: Shares<'callback'> = [
  [0.1, { kind: 'lost' }],
  [0.02, { kind: 'early' }],
  [0.04, { kind: 'late', ms: 700 }],
  [0.05, { kind: 'duplicated', copies: 2 }],
  [0.02, { kind: 'forged', variant: 'signature', afterMs: 50 }],
  [0.02, { kind: 'forged', variant: 'taskId', afterMs: 50 }],
  [0.02, { kind: 'forged', variant: 'body', afterMs: 50 }],
];

/** Every fault that the simulator knows, by chance. */
export function faultRules({ slowFaults }: Pick<ChaosProfile, 'slowFaults'>): FaultRule[] {
  const rules: FaultRule[] = [
    ...CREATE.map(([probability, fault]): FaultRule => ({ on: 'createTask', when: { probability }, fault })),
    ...QUERY.map(([probability, fault]): FaultRule => ({ on: 'recordInfo', when: { probability }, fault })),
    ...TASK.map(([probability, fault]): FaultRule => ({ on: 'task', when: { probability }, fault })),
    ...CALLBACK.map(([probability, fault]): FaultRule => ({ on: 'callback', when: { probability }, fault })),
    { on: 'credit', when: { probability: 0.1 }, fault: { kind: 'html', status: 502 } },
  ];
  return slowFaults ? [...rules, ...SLOW] : rules;
}

/** A query that is swallowed costs 15 s, a task that is always denied 90 s; more than five of those together are an alarm. */
const SLOW: readonly FaultRule[] = [
  { on: 'recordInfo', when: { probability: 0.001 }, fault: { kind: 'hangBefore' } },
  { on: 'task', when: { probability: 0.01, times: 3 }, fault: { kind: 'unknownFor', ms: null } },
];
