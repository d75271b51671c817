import { mixtureOf, type Mixture } from '@kieq/domain';

/** Completion times of which the schedule knows nothing but what it sees. */
export interface Truth {
  readonly name: string;
  readonly description: string;
  /** The distribution of the task with this number; numbers below 0 are those learned before the measurement. */
  readonly of: (task: number) => Mixture;
}

export const LEARNED = 200;
export const MEASURED = 400;
/** A drifting median in this many steps, to compute the optimum for each only once. */
const STEPS = 40;

const LOG_NORMAL = mixtureOf([{ medianMs: 150_000, sigma: 0.3, weight: 1 }]);
const BIMODAL = mixtureOf([
  { medianMs: 130_000, sigma: 0.12, weight: 0.6 },
  { medianMs: 300_000, sigma: 0.15, weight: 0.4 },
]);
const DRIFTING = Array.from({ length: STEPS + 1 }, (_, step) =>
  mixtureOf([{ medianMs: 150_000 * (1 + (0.5 * step) / STEPS), sigma: 0.3, weight: 1 }]),
);

export const TRUTHS: readonly Truth[] = [
  { name: 'log-normal', description: 'median 150 s, σ 0.3', of: () => LOG_NORMAL },
  {
    name: 'bimodal',
    description: '60 % around 130 s with σ 0.12, 40 % around 300 s with σ 0.15',
    of: () => BIMODAL,
  },
  {
    name: 'drifting',
    description: 'σ 0.3, the median moves from 150 s to 225 s within the 400 measured tasks',
    of: (task) => DRIFTING[Math.round((STEPS * Math.max(0, task)) / MEASURED)] ?? LOG_NORMAL,
  },
];
